import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon, only, steady } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { between, now, startService } from './service.js'

const metric = 'cpu.utilization_norm_perc'

const influxd = await startInfluxd(t)
if (influxd) {
  const { usage } = await startService(t, influxd.url)
  /** Writes samples of a new instance. @returns a function that requests its series */
  const store = async (samples: Sample[]) => {
    const instance = randomUUID()
    await influxd.write(lines({ instance, metric, samples }))
    return async (query: string) => (await usage(instance, 'cpuUsage', query)).cpu
  }
  // Each minute from 12:00 on has its number as its value.
  const minutes = Array.from({ length: 120 }, (_, minute): Sample => [minute * 60, minute])
  const seriesOfMinutes = await store(minutes)
  const minutesFrom = (first: number, last: number) => minutes.slice(first, last + 1)

  t.test('a default range begins in the bucket of its start and ends in the present one', async t => {
    // The time is 12:59:59.789, so ten minutes before is 12:49:59.789.
    t.strictSame(await seriesOfMinutes('defaultTimeRange=10m&groupBy=1m'), minutesFrom(49, 59))
    t.strictSame(await seriesOfMinutes('defaultTimeRange=1s&groupBy=1m'), minutesFrom(59, 59))
    t.strictSame(await seriesOfMinutes('defaultTimeRange=1h30m&groupBy=1m'), minutesFrom(0, 59))
  })

  t.test('a default range ends in the bucket that starts at the present', async t => {
    const { usage } = await startService(t, influxd.url, { clock: () => noon + 600_000 })
    const instance = randomUUID()
    await influxd.write(lines({ instance, metric, samples: steady(0, 720, 60, 1) }))
    const { cpu } = await usage(instance, 'cpuUsage', 'defaultTimeRange=2m&groupBy=1m')
    t.strictSame(cpu, [[480, 1], [540, 1], [600, 1]])
  })

  t.test('each end is a duration, a unix time or an RFC 3339 instant, in either order', async t => {
    const seconds = now / 1000 | 0
    const starts = [
      '10m', '600s', '9m60s', String(seconds - 600), '2026-01-15T12:49:59Z', '2026-01-15T12:49:59.999Z',
      '2026-01-15T21:49:00%2B09:00', '2026-01-15t07:49:59.5-05:00'
    ]
    const ends = [
      '5m', '300s', String(seconds - 300), '2026-01-15T12:54:00Z', '2026-01-15T18:24:59.999999999%2B05:30'
    ]
    for (const [a, b] of starts.flatMap(start => ends.flatMap(end => [[start, end], [end, start]]))) {
      const series = await seriesOfMinutes(`timeRangeFrom=${a}&timeRangeTo=${b}&groupBy=1m`)
      t.strictSame(series, minutesFrom(49, 54), `from ${a} to ${b}`)
    }
  })

  t.test('the ranges of the API contract', async t => {
    const series = (from: string, to: string) =>
      seriesOfMinutes(`timeRangeFrom=${from}&timeRangeTo=${to}&groupBy=1m`)
    t.strictSame(await series('10m', '30m'), minutesFrom(29, 49))
    t.strictSame(await series('2h', '1h'), [], 'before the first sample')
    t.strictSame(await series('1h', '59m'), minutesFrom(0, 0))
  })

  t.test('a range may lie or end in the future', async t => {
    t.strictSame(await seriesOfMinutes(between(7_200, 9_000, '1m')), [])
    t.strictSame(await seriesOfMinutes(between(3_480, 3_720, '1m')), minutesFrom(58, 62))
  })

  t.test('the first and the last bucket are complete', async t => {
    // A sample at each end of each bucket, to the millisecond.
    const edges = await store([[0, 1], [59.999, 3], [60, 10], [119.999, 30], [120, 40], [179.999, 80]])
    const [first, second, third] = [[0, 2], [60, 20], [120, 60]]
    t.strictSame(await edges(between(0, 59, '1m')), [first])
    t.strictSame(await edges(between(59, 60, '1m')), [first, second])
    t.strictSame(await edges(between(60, 61, '1m')), [second])
    t.strictSame(await edges(between(61, 119, '1m')), [second])
    t.strictSame(await edges(between(90, 120, '1m')), [second, third])
    t.strictSame(await edges(between(120, 179, '1m')), [third])
    t.strictSame(await edges(between(180, 181, '1m')), [])
  })

  t.test('a bucket has the same value in each window', async t => {
    const uneven = await store(Array.from({ length: 600 }, (_, i) => [i * 7.3, (i * 37) % 101]))
    const ranges = [
      [0, 1], [1, 400], [59, 61], [333, 1_234], [1_000, 1_100], [2_000, 4_799], [4_300, 4_400]
    ] as const
    for (const groupBy of ['1m', '7s', '90s', '13s']) {
      const all = new Map(await uneven(between(-600, 4_800, groupBy)))
      t.ok(all.size > 40)
      for (const [from, to] of ranges) {
        for (const [time, value] of await uneven(between(from, to, groupBy)) ?? []) {
          t.equal(value, all.get(time), `${groupBy} at ${time}, read from ${from} to ${to}`)
        }
      }
    }
  })

  t.test('buckets start at multiples of their width, counted from 1970', async t => {
    const samples: Sample[] = Array.from({ length: 400 }, (_, i) => [i * 37 - 7_000, i % 53])
    const series = await store(samples)
    const widths = {
      '1s': 1,
      '7s': 7,
      '90s': 90,
      '1m30s': 90,
      '1h30m': 5_400,
      '2h': 7_200,
      '1d': 86_400,
      '5d': 432_000,
      '1w': 604_800,
      '1w1d': 691_200,
      '1000h': 3_600_000
    }
    for (const [groupBy, width] of Object.entries(widths)) {
      const buckets = new Map<number, number[]>()
      for (const [seconds, value] of samples) {
        const start = Math.floor((noon / 1000 + seconds) / width) * width - noon / 1000
        buckets.set(start, [...buckets.get(start) ?? [], value])
      }
      const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length
      const expected = [...buckets].map(([start, values]) => [start, Math.round(mean(values) * 100) / 100])
      // By second, all samples are more buckets than a request may have.
      const to = width === 1 ? 3_999 : samples.at(-1)![0]
      const inRange = expected.filter(([start = 0]) => width > 1 || start <= to)
      t.strictSame(await series(between(-7_000, to, groupBy)), inRange, groupBy)
    }
  })

  t.test('a week starts on a Thursday, as 1970 did', async t => {
    const instance = randomUUID()
    await influxd.write(only({ instance, metric, samples: [[-43_200.001, 10], [-43_200, 20], [0, 40]] }))
    const { cpu } = await usage(instance, 'cpuUsage', between(-86_400, 0, '1w'))
    t.strictSame(cpu, [[-43_200 - 604_800, 10], [-43_200, 30]])
  })
}
