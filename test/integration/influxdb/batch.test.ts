import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { defaultBatchLimits } from '#lib/metrics/influxdb/batch-limits.js'
import { createInflux } from '#lib/metrics/influxdb/client.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import { usages } from '#lib/metrics/usages.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon, steady } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'

const start = noon / 1000
const kinds = Object.values(usages).map(({ series }) => Object.values(series))
const limits = { timeout: 10_000, connections: 8 }

/** A client of the service's for the InfluxDB at `url`, and how many requests it has sent. */
function connect (url: string, most: Partial<typeof defaultBatchLimits> = {}, database = 'mon') {
  const dispatcher = createDispatcher(limits)
  t.teardown(() => dispatcher.destroy())
  const upstream = createUpstream(dispatcher, limits)
  let requests = 0
  const influx = createInflux((role, call) => {
    requests++
    return upstream(role, call)
  }, { url, database }, { ...defaultBatchLimits, ...most })
  return { ...influx, requests: () => requests }
}

/**
 * Uneven samples of all metrics: of some instances two devices, one after the other had begun, and of some no
 * memory or the percentage alone.
 */
function population (ids: string[]) {
  return ids.flatMap((instance, n) => {
    const samples = (measurement: number): Sample[] =>
      Array.from({ length: 80 }, (_, i) => [i * 15 + n % 7, (i * 37 + n * 101 + measurement * 53) % 997 / 7])
    const whole = [
      'cpu.utilization_norm_perc',
      ...n % 3 === 0 ? [] : ['mem.free_perc'],
      ...n % 3 === 1 ? [] : ['mem.free_mb', 'mem.total_mb']
    ]
    const rates = [
      'io.read_bytes_sec',
      'io.write_bytes_sec',
      'net.in_bytes_sec',
      'net.out_bytes_sec',
      'net.in_packets_sec',
      'net.out_packets_sec'
    ]
    return lines(
      ...whole.map((metric, m) => ({ instance, metric, samples: samples(m) })),
      ...rates.flatMap(
        (metric, m) => ['a', ...n % 2 === 0 ? ['b'] : []].map(
          (device, d) => ({ instance, metric, device, samples: samples(m).slice(20 * d) })
        )
      )
    )
  })
}

const influxd = await startInfluxd(t)
if (influxd) {
  const ids = Array.from({ length: 12 }, () => randomUUID())
  await influxd.write(population(ids))
  const alone = connect(influxd.url)

  const windows = fc.record({
    first: fc.integer({
      min: -2, max: 20
    }),
    count: fc.integer({ min: 1, max: 25 }),
    step: fc.constantFrom(7, 15, 60, 90, 300)
  }).map(({ first, count, step }) => {
    const aligned = Math.floor((start + first * 60) / step) * step
    return { start: aligned, end: aligned + count * step, step }
  })
  const reads = (few: Array<{ start: number, end: number, step: number }>) => fc.array(fc.record({
    metrics: fc.constantFrom(
      ...kinds
    ),
    instance: fc.constantFrom(...ids, 'no-such-instance'),
    window: fc.constantFrom(...few)
  }), { minLength: 1, maxLength: 80 })
  const several = fc.array(windows, { minLength: 1, maxLength: 4 }).chain(reads)
  const narrow = fc.record({
    requests: fc.integer({
      min: 1, max: 4
    }),
    statements: fc.integer({
      min: 1, max: 8
    }),
    instances: fc.integer({ min: 1, max: 8 }),
    work: fc.integer({ min: 1, max: 2_000 })
  })

  t.test('what is read together is what is read one by one', async t => {
    await fc.assert(fc.asyncProperty(several, fc.oneof(fc.constant({}), narrow), async (reads, most) => {
      const { series } = connect(influxd.url, most)
      const together = await Promise.all(
        reads.map(({ metrics, instance, window }) => series(metrics, instance, window))
      )
      for (const [i, { metrics, instance, window }] of reads.entries()) {
        const [one, other] = [
          together[i], await alone.series(metrics, instance, window)
        ].map(lists => JSON.stringify(lists))
        if (one !== other) throw new Error(`${metrics} of ${instance}: ${one} together, ${other} alone`)
      }
    }), { numRuns: 40 })
    t.pass()
  })

  t.test('and takes fewer requests', async t => {
    const { series, requests } = connect(influxd.url)
    const window = { start, end: start + 600, step: 60 }
    const all = await Promise.all(
      kinds.flatMap(metrics => ids.map(instance => series(metrics, instance, window)))
    )
    t.equal(all.length, 6 * 12)
    t.equal(all.flat().filter(buckets => buckets.length === 10).length, 8 * 12)
    t.equal(requests(), 1)
  })

  t.test('a database that is missing is asked once', async t => {
    const { series, requests } = connect(influxd.url, {}, 'missing')
    const answers = await Promise.allSettled(
      ids.map(instance => series(['cpu'], instance, { start, end: start + 600, step: 60 }))
    )
    for (const answer of answers) {
      t.match(answer, { status: 'rejected', reason: { message: /INFLUX_DATABASE/ } })
    }
    t.equal(requests(), 1)
  })
}

const limited = await startInfluxd(t, {
  settings: { INFLUXDB_COORDINATOR_MAX_SELECT_BUCKETS: '100', INFLUXDB_COORDINATOR_MAX_SELECT_SERIES: '3' }
})
if (limited) {
  const ids = Array.from({ length: 5 }, () => randomUUID())
  await limited.write(
    ids.flatMap(
      (instance, i) => lines({
        instance, metric: 'cpu.utilization_norm_perc', samples: steady(0, 600, 60, i)
      })
    )
  )
  const window = { start, end: start + 600, step: 60 }
  const ten = (value: number) =>
    [Array.from({ length: 10 }, (_, i) => ({ time: start + 60 * i, usage: value }))]

  t.test('a statement that fails fails its own callers', async t => {
    const { series, requests } = connect(limited.url)
    const tooMany = { ...window, end: start + 101 * 60 }
    const answers = await Promise.allSettled([
      series(
        ['cpu'], ids[0]!, window
      ), series(
        ['cpu'], ids[0]!, tooMany
      ), series(
        ['memory'], ids[1]!, window
      ), series(['cpu'], ids[1]!, window), series(['cpu'], ids[1]!, tooMany)
    ])
    t.strictSame(answers.map(
      answer => answer.status === 'fulfilled' ? answer.value : answer.reason.message
    ), [
      ten(0), 'metrics: failed to run a query', [[]], ten(1), 'metrics: failed to run a query'
    ])
    // All of them, their five statements, and the two instances of the one that failed.
    t.equal(requests(), 1 + 5 + 2)
  })

  t.test('what is too much together is read apart', async t => {
    const { series } = connect(limited.url)
    t.strictSame(
      await Promise.all(ids.map(instance => series(['cpu'], instance, window))), ids.map((_, i) => ten(i))
    )
  })
}
