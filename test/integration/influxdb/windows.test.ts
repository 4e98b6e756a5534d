import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon, only, steady } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { between, now, startService } from './service.js'

const influxd = await startInfluxd(t)
if (influxd) {
  const { usage } = await startService(t, influxd.url)
  const store = async (samples: Sample[]) => {
    const instance = randomUUID()
    await influxd.write(lines({ instance, metric: 'cpu.utilization_norm_perc', samples }))
    return async (query: string) => (await usage(instance, 'cpuUsage', query)).cpu
  }
  // Every minute from 12:00 has its own number on it: 0 at 0, 1 at 60, …
  const counting = await store(Array.from({ length: 120 }, (_, minute) => [minute * 60, minute]))
  const counted = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => [(first + i) * 60, first + i])

  t.test('a default range ends in the present bucket and begins in the one with its start', async t => {
    // It is 12:59:59.789, so ten minutes ago was 12:49:59.789.
    t.strictSame(await counting('defaultTimeRange=10m&groupBy=1m'), counted(49, 59))
    t.strictSame(await counting('defaultTimeRange=1s&groupBy=1m'), counted(59, 59))
    t.strictSame(await counting('defaultTimeRange=1h30m&groupBy=1m'), counted(0, 59))
  })

  t.test('a clock that is on a bucket\'s start', async t => {
    const onTheMinute = await startService(t, influxd.url, { clock: () => noon + 600_000 })
    const instance = randomUUID()
    await influxd.write(
      lines({ instance, metric: 'cpu.utilization_norm_perc', samples: steady(0, 720, 60, 1) })
    )
    const { cpu } = await onTheMinute.usage(instance, 'cpuUsage', 'defaultTimeRange=2m&groupBy=1m')
    t.strictSame(cpu, [[480, 1], [540, 1], [600, 1]])
  })

  t.test('the two ends, each as a duration before now, a unix time or an RFC 3339 instant, in either ' +
    'order', async t => {
    const from = [
      '10m',
      '600s',
      '9m60s',
      String((now / 1000 | 0) - 600),
      '2026-01-15T12:49:59Z',
      '2026-01-15T12:49:59.999Z',
      '2026-01-15T21:49:00%2B09:00',
      '2026-01-15t07:49:59.5-05:00'
    ]
    const to = [
      '5m',
      '300s',
      String((now / 1000 | 0) - 300),
      '2026-01-15T12:54:00Z',
      '2026-01-15T18:24:59.999999999%2B05:30'
    ]
    for (const a of from) {
      for (const b of to) {
        t.strictSame(
          await counting(`timeRangeFrom=${a}&timeRangeTo=${b}&groupBy=1m`),
          counted(49, 54),
          `from ${a} to ${b}`
        )
        t.strictSame(
          await counting(`timeRangeFrom=${b}&timeRangeTo=${a}&groupBy=1m`),
          counted(49, 54),
          `from ${b} to ${a}`
        )
      }
    }
  })

  t.test('the contract\'s own ranges', async t => {
    t.strictSame(await counting('timeRangeFrom=10m&timeRangeTo=30m&groupBy=1m'), counted(29, 49))
    t.strictSame(await counting('timeRangeFrom=2h&timeRangeTo=1h&groupBy=1m'), [], 'before the first point')
    t.strictSame(await counting('timeRangeFrom=1h&timeRangeTo=59m&groupBy=1m'), counted(0, 0))
  })

  t.test('a range in the future, and one that reaches into it', async t => {
    t.strictSame(await counting(between(7_200, 9_000, '1m')), [])
    t.strictSame(await counting(between(3_480, 3_720, '1m')), counted(58, 62))
  })

  t.test('the bucket that holds the start and the one that holds the end are whole', async t => {
    // A point at each end of each bucket, to the millisecond.
    const edges = await store([[0, 1], [59.999, 3], [60, 10], [119.999, 30], [120, 100], [179.999, 300]])
    const [first, second, third] = [[0, 2], [60, 20], [120, 200]]
    t.strictSame(await edges(between(0, 59, '1m')), [first])
    t.strictSame(await edges(between(59, 60, '1m')), [first, second])
    t.strictSame(await edges(between(60, 61, '1m')), [second])
    t.strictSame(await edges(between(61, 119, '1m')), [second])
    t.strictSame(await edges(between(90, 120, '1m')), [second, third])
    t.strictSame(await edges(between(120, 179, '1m')), [third])
    t.strictSame(await edges(between(180, 181, '1m')), [])
  })

  t.test('a bucket has one value, whichever window asks', async t => {
    const uneven = await store(Array.from({ length: 600 }, (_, i) => [i * 7.3, (i * 37) % 101]))
    for (const groupBy of ['1m', '7s', '90s', '13s']) {
      const whole = new Map(await uneven(between(-600, 4_800, groupBy)))
      t.ok(whole.size > 40)
      for (const [from, to] of [
        [0, 1], [1, 400], [59, 61], [333, 1_234], [1_000, 1_100], [2_000, 4_799], [4_300, 4_400]
      ] as const) {
        const part = await uneven(between(from, to, groupBy)) ?? []
        for (const [time, value] of part) {
          t.equal(value, whole.get(time), `${groupBy} at ${time}, read from ${from} to ${to}`)
        }
      }
    }
  })

  t.test('buckets of any width start at multiples of it, counted from 1970', async t => {
    const samples: Sample[] = Array.from({ length: 400 }, (_, i) => [i * 37 - 7_000, i % 53])
    const query = await store(samples)
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
      const expected = [...buckets].map(
        ([start, values]) => [start, Math.round(values.reduce((a, b) => a + b) / values.length * 100) / 100]
      )
      const last = samples.at(-1)?.[0] ?? 0
      t.strictSame(
        await query(between(-7_000, width === 1 ? 3_999 : last, groupBy)),
        expected.filter(([start = 0]) => width > 1 || start < 4_000),
        groupBy
      )
    }
  })

  t.test('a week starts on a Thursday, as 1970 did', async t => {
    const instance = randomUUID()
    await influxd.write(
      only({
        instance, metric: 'cpu.utilization_norm_perc', samples: [[-43_200.001, 10], [-43_200, 20], [0, 40]]
      })
    )
    t.strictSame((await usage(instance, 'cpuUsage', between(-86_400, 0, '1w'))).cpu, [
      [-43_200 - 604_800, 10], [-43_200, 30]
    ])
  })
}
