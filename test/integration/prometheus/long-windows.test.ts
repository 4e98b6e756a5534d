import t from 'tap'
import type { ProfileName } from '#lib/metrics/profile.js'
import type { Metric } from '#lib/metrics/usages.js'
import type { Bucket } from '#schemas/series.js'
import { openStore } from '#test/support/prometheus/client.js'
import { startStore, storeNames } from '#test/support/prometheus/stores.js'

// Five days of samples, one a minute: of long windows the service reads aggregates, and the samples where
// these do not tell a value. Both are compared.

const day = 86_400
const end = 1_795_651_200
const start = end - 4 * day
const project = '6a1b0c9f4e5d4c0c8f3a7b2d91e00001'
const now = () => (end + 600) * 1000

interface Shape {
  /** Seconds past each minute. */
  phase?: number
  host?: string
  from?: number
  to?: number
  /** The time at which its counters begin again. */
  reset?: number
  /** The range in which it has no samples. */
  gap?: [from: number, to: number]
  balloon?: boolean
}

const times = ({ from = start - day, to = end, phase = 7.3, gap: [gone, back] = [0, 0] }: Shape) =>
  Array.from({ length: (to - from) / 60 }, (_, i) => from + i * 60)
    .filter((second) => second < gone || second >= back)
    .map((second) => Math.round((second + phase) * 1000 + second / 60 % 3))
const line = (name: string, labels: Record<string, string>, timestamps: number[], values: unknown[]) =>
  JSON.stringify({ metric: { __name__: name, job: 'libvirt', ...labels }, values, timestamps })

/** A counter that is faster by day, in whole steps. */
const countAt = (ms: number, rate: number) =>
  Math.round(rate * (ms / 1000 - start + day + 10_000 * Math.sin(ms / 1000 / day * 2 * Math.PI)))
const counts = (timestamps: number[], rate: number, reset = 0) => timestamps.map((ms) =>
  countAt(ms, rate) - (ms / 1000 < reset ? 0 : reset === 0 ? 0 : countAt(reset * 1000, rate)))

/** The series of inovex's exporter. */
function instanceOf (number: number, shapes: Shape[]) {
  const domain = `instance-0000000${number}`
  return shapes.flatMap((shape) => {
    const { host = 'a', reset, balloon = true } = shape
    const [timestamps, labels] = [times(shape), { domain, instance: host }]
    const gauge = (name: string, value: (i: number) => number | string) =>
      line(`libvirt_domain_${name}`, labels, timestamps, timestamps.map((_, i) => value(i)))
    const memory = (value: (i: number) => number) => (i: number) => balloon ? value(i) : 'NaN'
    return [
      line('libvirt_domain_openstack_info', { ...labels, instance_id: idOf(number), project_id: project },
        timestamps, timestamps.map(() => 1)),
      line('libvirt_domain_info_cpu_time_seconds_total', labels, timestamps, counts(timestamps, 1, reset)),
      gauge('info_virtual_cpus', () => 4),
      gauge('memory_stats_usable_bytes', memory((i) => 2e9 + i % 17 * 1e7)),
      gauge('memory_stats_available_bytes', memory(() => 4e9)),
      ...['vda', 'vdb'].map((device, i) => line('libvirt_domain_block_stats_read_bytes_total',
        { ...labels, target_device: device }, timestamps, counts(timestamps, 4_096 * (i + 1), reset)))
    ]
  })
}

/** The series of Ceilometer's exporter, which repeats the values of a poll each 300 s. */
function polled (number: number) {
  const timestamps = times({})
  const polls = timestamps.map((ms) => Math.floor((ms - 100_000) / 300_000) * 300_000)
  const labels = { resource: idOf(number), project, instance: 'a' }
  return [
    line('ceilometer_cpu', labels, timestamps, counts(polls, 1e9)),
    line('ceilometer_vcpus', labels, timestamps, timestamps.map(() => 4))
  ]
}

const idOf = (number: number) => `5c1e5f0a-91c4-4b60-8a53-0e6f7d80000${number}`
const middle = start + 2 * day + 1_000
const cases: Array<[name: string, number: number, shapes: Shape[], Metric[]]> = [
  ['steady', 1, [{}], ['cpu', 'memory', 'diskRead']],
  ['its counters began again', 2, [{ reset: middle }], ['cpu', 'diskRead']],
  ['without samples for two hours', 3, [{ gap: [middle, middle + 7_200] }], ['cpu', 'memory', 'diskRead']],
  ['without samples for eight minutes', 4, [{ gap: [middle, middle + 480] }], ['cpu', 'diskRead']],
  ['created and deleted', 5, [{ from: start + day - 420, to: end - day + 180 }], ['cpu', 'memory']],
  ['migrated', 6, [
    { to: middle - 1_000 }, { host: 'b', phase: 31.9, from: middle - 940, reset: middle - 940 }
  ], ['cpu', 'memory', 'diskRead']],
  ['without a balloon driver', 7, [{ balloon: false }], ['memory']],
  ['on two hosts throughout', 8, [{}, { host: 'b', phase: 50 }], ['cpu', 'memory']]
]

/** The buckets whose usages differ by more than 0.5 %, and those that one of the lists lacks. */
function differences (found: Bucket[], wanted: Bucket[]) {
  const usages = new Map(found.map(({ time, usage }) => [time, usage]))
  const missing = found.filter(({ time }) => !wanted.some((bucket) => bucket.time === time))
  return [...missing, ...wanted.filter(({ time, usage }) =>
    !(Math.abs((usages.get(time) ?? NaN) - usage) <= 0.005 * usage + 0.011))]
}

for (const name of storeNames) {
  t.test(name, async (t) => {
    const lines = [...cases.flatMap(([, number, shapes]) => instanceOf(number, shapes)), ...polled(9)]
    const url = await startStore(t, name, lines)
    if (url === undefined) return

    /** Reads a metric by aggregates, and by samples alone. */
    async function both (profile: ProfileName, number: number, metric: Metric, step: number) {
      const aligned = (time: number) => Math.floor(time / step) * step
      const window = { start: aligned(start), end: aligned(end) + step, step }
      const limits = { work: 20_000, requests: 10_000 }
      const read = async ({ store }: ReturnType<typeof openStore>) =>
        (await store.series([metric], idOf(number), window, project))[0]!
      const aggregates = openStore(t, url!, { profile, now, limits })
      const samples = openStore(t, url!, { profile, now, limits: { ...limits, aggregateAttempts: 0 } })
      const [found, wanted] = [await read(aggregates), await read(samples)]
      return { found, wanted, requests: [aggregates.requests, samples.requests] as const }
    }
    const secondsOfSamples = (requests: readonly URLSearchParams[]) => requests.reduce((sum, form) =>
      sum + Number(/\}\[(\d+)s\]$/.exec(form.get('query')!)?.[1] ?? 0), 0)

    for (const [title, number, , metrics] of cases) {
      t.test(`an instance ${title} has the same values by aggregates`, async (t) => {
        for (const metric of metrics) {
          for (const step of [1_200, 7_200]) {
            const { found, wanted, requests } = await both('inovex', number, metric, step)
            t.equal(wanted.length > 10, number !== 7, `${wanted.length} buckets`)
            t.same(differences(found, wanted), [], `${metric} by ${step} s`)
            const [some, all] = requests.map(secondsOfSamples)
            // Two hosts at once differ only in their samples; to read no samples is not expensive.
            if (![5, 7, 8].includes(number)) t.ok(some! < all! / 10, `${some} s of ${all} s`)
            if (number === 7 && name === 'prometheus') t.ok(some! < all! / 10, 'NaN is no number')
          }
        }
      })
    }

    t.test('an exporter that repeats its polls has the same values by aggregates', async (t) => {
      for (const step of [6_000, 7_200]) {
        const { found, wanted, requests: [some, all] } = await both('ceilometer', 9, 'cpu', step)
        t.ok(wanted.length > 40)
        t.same(differences(found, wanted), [])
        t.ok(secondsOfSamples(some) < secondsOfSamples(all) / 10)
      }
    })

    t.test('buckets below 20 intervals are read by their samples', async (t) => {
      const { found, wanted, requests: [requests] } = await both('inovex', 1, 'diskRead', 1_140)
      t.same(found, wanted)
      t.notOk(requests.some((form) => form.has('step')))
    })
  })
}
