import fc from 'fast-check'
import t from 'tap'
import { combineColumns, emptyColumn } from '#lib/metrics/columns.js'
import { possibleUsage } from '#lib/metrics/possible-usage.js'
import { profileNames } from '#lib/metrics/profile.js'
import type { Source } from '#lib/metrics/profile.js'
import { profiles } from '#lib/metrics/profiles/profiles.js'
import { bucketsOf, latestOf, lookbackSeconds } from '#lib/metrics/samples.js'
import type { SampledSeries } from '#lib/metrics/samples.js'
import { differences, end, expected, expectedLists, seriesOf } from '#test/support/prometheus/dataset.js'
import { entriesOf } from '#test/support/buckets.js'
import { listOf, sampled } from '#test/support/samples.js'
import type { Sample } from '#test/support/samples.js'

const counter: Source = { name: 'reads', kind: 'counter' }
const gauge: Source = { name: 'level', kind: 'gauge' }
const ofDevices: Source = { ...counter, device: 'disk' }
const hour = { start: 3_600, end: 7_200, step: 60 }
const of = (labels: Record<string, string>, ...samples: Array<[seconds: number, value: number]>) =>
  sampled(labels, samples.map(([seconds, value]): Sample => [seconds * 1000, value]))
const bucketsIn = (source: Source, window: typeof hour, ...series: SampledSeries[]) =>
  entriesOf(bucketsOf(source, series, window), window)

t.test('a gauge is the mean of the samples in each bucket, over all series', (t) => {
  const series = [
    of({ host: 'a' }, [3_599.999, 100], [3_600, 1], [3_659.999, 3], [3_720, 7]),
    of({ host: 'b' }, [3_630, 5], [7_199.999, 9], [7_200, 100])
  ]
  t.same(bucketsIn(gauge, hour, ...series), [[3_600, 3], [3_720, 7], [7_140, 9]])
  t.same(bucketsIn(gauge, hour), [])
  t.end()
})

t.test('a counter is its increase per second, in the bucket of the interval\'s end', (t) => {
  const series = of({}, [3_595, 1_000], [3_605, 1_010], [3_655, 1_110], [3_720, 1_240], [7_200, 9_999])
  t.same(bucketsIn(counter, hour, series), [[3_600, (10 + 100) / 60], [3_720, 130 / 65]])
  t.end()
})

t.test('a counter that fell began again at 0', (t) => {
  t.same(bucketsIn(counter, hour, of({}, [3_600, 900], [3_610, 40])), [[3_600, 4]])
  t.end()
})

t.test('an interval longer than ten minutes counts nowhere', (t) => {
  const across = (seconds: number) =>
    bucketsIn(counter, hour, of({}, [3_600, 0], [3_600 + seconds, 1_200]))
  t.same(across(600), [[4_200, 2]])
  t.same(across(600.001), [])
  t.same(bucketsIn(counter, hour, of({}, [3_600, 0], [3_600, 5])), [], 'nor one without length')
  t.end()
})

t.test('devices are summed or averaged, each over its own time', (t) => {
  const series = [
    of({ disk: 'a' }, [3_600, 0], [3_610, 10]),
    of({ disk: 'b' }, [3_600, 0], [3_620, 60], [3_670, 60])
  ]
  t.same(bucketsIn(ofDevices, hour, ...series), [[3_600, 4], [3_660, 0]])
  t.same(bucketsIn({ ...ofDevices, devices: 'mean' }, hour, ...series), [[3_600, 2], [3_660, 0]])
  t.end()
})

t.test('of several series of a host, the one that covers most of the bucket counts', (t) => {
  const long = of({ instance: 'h', replica: 'a' }, [3_600, 0], [3_620, 20], [3_640, 40])
  const short = of({ instance: 'h', replica: 'b' }, [3_620, 0], [3_640, 100])
  const later = of({ instance: 'h', replica: 'c' }, [3_660, 0], [3_670, 20])
  for (const order of [[long, short, later], [later, short, long]]) {
    t.same(bucketsIn(counter, hour, ...order), [[3_600, 1], [3_660, 2]])
  }
  const equal = of({ instance: 'h', replica: 'd' }, [3_600, 0], [3_640, 80])
  for (const order of [[long, equal], [equal, long]]) t.same(bucketsIn(counter, hour, ...order), [[3_600, 2]])
  t.end()
})

t.test('while an instance migrates, the host at rest does not count', (t) => {
  const left = of({ instance: 'a' }, [3_600, 0], [3_610, 80], [3_620, 160], [3_630, 160])
  const entered = of({ instance: 'b' }, [3_605, 7], [3_615, 7], [3_625, 47], [3_635, 127])
  for (const order of [[left, entered], [entered, left]]) {
    // 160 in 20 s, and 40 + 80 in the 20 s from 3615 on, of which 5 s are covered twice.
    t.same(bucketsIn(counter, hour, ...order), [[3_600, 280 / 35]])
  }
  const [atRest, alsoAtRest] = [of({ instance: 'a' }, [3_600, 5], [3_610, 5]), of({}, [3_605, 1], [3_615, 1])]
  t.same(bucketsIn(counter, hour, atRest, alsoAtRest), [[3_600, 0]])
  t.end()
})

t.test('a device may have any number of hosts: with pairs of them compared, this test would not end', (t) => {
  const hosts = Array.from({ length: 20_000 }, (_, n) =>
    of({ instance: `h${n}` }, [3_600, 0], [3_610, n % 2 === 0 ? 10 : 0]))
  t.same(bucketsIn(counter, hour, ...hosts), [[3_600, 10_000]])
  t.end()
})

t.test('of an exporter that repeats its polls, the first sample of each poll counts', (t) => {
  const scrapes = Array.from({ length: 40 }, (_, i): [number, number] =>
    [3_000 + i * 60 + 17, Math.floor((i * 60 + 17 - 100) / 300) * 600])
  const ratesIn = (window: typeof hour) =>
    entriesOf(bucketsOf(counter, [of({}, ...scrapes)], window, 300), window).map(([, rate]) => rate)
  t.same(new Set(ratesIn({ ...hour, step: 300 })), new Set([2]))
  t.same(ratesIn(hour), Array(6).fill(2), 'no minute has five times the rate')
  t.end()
})

t.test('the latest value is that of the newest sample that is not too old', (t) => {
  const series = [of({}, [10, 1], [30, 2]), of({ host: 'b' }, [20, 3]), of({ host: 'c' }, [30, 4]), of({})]
  t.same(latestOf(gauge, series, 30_000), { time: 30_000, value: 4 }, 'of two at once, the larger')
  t.equal(latestOf(gauge, series, 30_001), undefined)
  t.equal(latestOf(gauge, [], 0), undefined)
  t.end()
})

t.test('the latest rate is that of the newest interval of each device', (t) => {
  const series = [
    of({ disk: 'a', instance: 'old' }, [0, 0], [10, 900]),
    of({ disk: 'a', instance: 'new' }, [10, 0], [20, 10]),
    of({ disk: 'b' }, [0, 5], [15, 35]),
    of({ disk: 'c' }, [0, 5], [9, 35]),
    of({ disk: 'd' }, [20, 1])
  ]
  t.same(latestOf(ofDevices, series, 10_000), { time: 15_000, value: 3 })
  t.same(latestOf({ ...ofDevices, devices: 'mean' }, series, 10_000), { time: 15_000, value: 1.5 })
  t.equal(latestOf(ofDevices, series, 20_001), undefined)
  t.end()
})

/** The series of an instance: of one domain on one host where its id is on the info metric alone. */
function seriesOfInstance (all: SampledSeries[], instance: string) {
  const infos = all.filter(({ labels }) => labels.instance_id === instance || labels.uuid === instance)
  return all.filter(({ labels }) => infos.some((info) =>
    info.labels.domain === labels.domain && info.labels.instance === labels.instance) ||
    [labels.uuid, labels.resource].some((label) => label?.includes(instance)))
}

for (const name of profileNames) {
  const { readings, polled } = profiles[name]
  const every = polled ? 300 : 0
  const all = seriesOf(name).map((series) =>
    sampled(series.labels, listOf(series).filter(([, value]) => Number.isFinite(value))))
  const sourcesOf = (instance: string, metric: keyof typeof readings) =>
    readings[metric]!.sources.map((source) => ({
      source, series: seriesOfInstance(all, instance).filter(({ labels }) => labels.__name__ === source.name)
    }))

  t.test(`every bucket of the dataset is as expected: ${name}`, (t) => {
    for (const { instance, metric, window, buckets } of expectedLists(name)) {
      const usages = readings[metric] === undefined
        ? emptyColumn(window)
        : combineColumns(
          metric,
          sourcesOf(instance, metric).map(({ source, series }) => bucketsOf(source, series, window, every)),
          readings[metric].usage
        )
      t.same(differences(entriesOf(usages, window), buckets), [], `${instance} ${metric} by ${window.step} s`)
    }
    t.end()
  })

  t.test(`every latest usage of the dataset is as expected: ${name}`, (t) => {
    for (const [instance, { latest = {} }] of Object.entries(expected[name])) {
      for (const [metric, usage] of Object.entries(latest) as Array<['cpu' | 'memory', number | null]>) {
        const sources = readings[metric] === undefined ? [] : sourcesOf(instance, metric)
        const values = sources.map(({ source, series }) =>
          latestOf(source, series, (end - 120) * 1000, every)?.value)
        const known = values.some((value) => value !== undefined)
        const found = known ? possibleUsage(metric, readings[metric]!.usage(values) ?? NaN) : undefined
        t.equal(found ?? null, usage, `${instance} ${metric}`)
      }
    }
    t.end()
  })
}

/**
 * Samples of a counter with the same rate at all times, at any distances: some are gaps. It may begin again
 * at 0, unless it would then be higher than before: nothing shows that.
 */
const steadyCounters = (resets: boolean) => fc.record({
  rate: fc.integer({ min: 0, max: 1_000_000 }),
  phase: fc.integer({ min: 0, max: 59_999 }),
  steps: fc.array(fc.record({
    milliseconds: fc.oneof(
      fc.integer({ min: 14_000, max: 16_000 }), fc.integer({ min: 1_000, max: 900_000 })
    ),
    reset: fc.boolean()
  }), { minLength: 1, maxLength: 200 })
}).map(({ rate, phase, steps }) => {
  const samples: Sample[] = [[3_600_000 + phase, 0]]
  for (const { milliseconds, reset } of steps) {
    const [time, value] = samples.at(-1)!
    const increase = rate * milliseconds / 1000
    samples.push([time + milliseconds, resets && reset && increase < value ? increase : value + increase])
  }
  return { rate, samples }
})
const isClose = (value: number, wanted: number) => Math.abs(value - wanted) <= 1e-6 * Math.max(1, wanted)
/** All times of such samples. */
const always = (step: number) => ({ start: 0, end: Math.ceil(200_000 / step) * step, step })

t.test('each bucket of a steady counter has its rate, whatever jitter, gaps and resets', (t) => {
  const steps = fc.constantFrom(15, 60, 300, 3_600)
  fc.assert(fc.property(steadyCounters(true), steps, ({ rate, samples }, step) => {
    const rates = bucketsIn(counter, always(step), sampled({}, samples))
    return rates.every(([, value]) => isClose(value, rate))
  }))
  t.end()
})

t.test('a replica that lacks samples changes no rate, and a bucket that one of them has is there', (t) => {
  const coins = fc.infiniteStream(fc.boolean())
  fc.assert(fc.property(steadyCounters(false), coins, ({ rate, samples }, coins) => {
    const replica = (replica: string, samples: Sample[]) => sampled({ instance: 'h', replica }, samples)
    const whole = replica('a', samples)
    const part = replica('b', samples.filter(() => coins.next().value))
    const rates = new Map(bucketsIn(counter, always(60), whole, part))
    return [...rates.values()].every((value) => isClose(value, rate)) &&
      [whole, part].every((one) => bucketsIn(counter, always(60), one).every(([time]) => rates.has(time)))
  }))
  t.end()
})

t.test('a bucket is the same in every window, and depends on samples of its lookback alone', (t) => {
  const windows = fc.record({
    step: fc.constantFrom(60, 300), first: fc.nat(40), count: fc.integer({ min: 1, max: 40 })
  }).map(({ step, first, count }) =>
    ({ start: 3_600 + first * step, end: 3_600 + (first + count) * step, step }))
  const everies = fc.constantFrom(0, 120, 300, 700)
  fc.assert(fc.property(steadyCounters(true), windows, everies, ({ samples }, window, every) => {
    const { start, end, step } = window
    const from = start - lookbackSeconds(every)
    const read = samples.filter(([time]) => time >= from * 1000 && time < end * 1000)
    const inAll = bucketsOf(counter, [sampled({}, samples)], always(step), every)
    const column = bucketsOf(counter, [sampled({}, read)], window, every)
    t.same(column, inAll.slice(start / step, end / step))
  }), { numRuns: 50 })
  t.end()
})
