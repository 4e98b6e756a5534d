import { emptyColumn, indexOf } from '#lib/metrics/columns.js'
import type { Column } from '#lib/metrics/columns.js'
import type { Profile, Source } from '#lib/metrics/profile.js'
import { bucketsOf, filterSamples, lookbackSeconds } from '#lib/metrics/samples.js'
import type { Window } from '#lib/time-range.js'
import { createAggregatedReader } from './aggregated-read.js'
import type { InstanceSeries, ReadInstanceSamples } from './instance-samples.js'
import type { PrometheusLimits } from './limits.js'
import { readInBlocks } from './pieces.js'

/** A read of metrics of an instance in a window. */
export interface SeriesRead {
  profile: Profile
  sources: Source[]
  instance: string
  project?: string
  window: Window
}

/** Called with the numbers of queries and series of each request. */
export type OnBatchSent = (queries: number, series: number) => void

/** One query for reads of the same window and project: the metrics and instances of all of them. */
interface Plan {
  sources: Map<string, Source>
  ids: Set<string>
}

/**
 * Takes the first read out of the queue, and those that fit into its request.
 * @param every seconds between two polls, where the exporter repeats the values of a poll
 */
export function takeBatch<Read extends SeriesRead> (
  queue: Read[], limits: PrometheusLimits, every: number
): Read[] {
  const { window, project } = queue[0]!
  const plan: Plan = { sources: new Map(), ids: new Set() }
  const taken: Read[] = []
  const rest: Read[] = []
  for (const read of queue) {
    const isAlike = read.project === project && sameWindow(read.window, window)
    if (isAlike && (taken.length === 0 || fits(plan, read, limits, every))) {
      add(plan, read)
      taken.push(read)
    } else rest.push(read)
  }
  queue.splice(0, queue.length, ...rest)
  return taken
}

/** The two halves of a failed batch: of its instances or, of its only one, of its reads. */
export function splitBatch<Read extends SeriesRead> (batch: Read[]): Read[][] {
  if (batch.length === 1) return [batch]
  const ids = [...new Set(batch.map(({ instance }) => instance))]
  const indexOf = (read: Read, i: number) => ids.length > 1 ? ids.indexOf(read.instance) : i
  const half = (ids.length > 1 ? ids.length : batch.length) / 2
  return [
    batch.filter((read, i) => indexOf(read, i) < half), batch.filter((read, i) => indexOf(read, i) >= half)
  ]
}

/**
 * Reads a batch: one query, or several for a long window.
 * @returns for each read a column of each of its sources
 * @throws UpstreamError where a query failed, which says nothing about each of the reads
 */
export async function querySeries (
  readSamples: ReadInstanceSamples,
  batch: SeriesRead[],
  limits: PrometheusLimits,
  every: number,
  onBatchSent: OnBatchSent
): Promise<Column[][]> {
  const { profile, project, window } = batch[0]!
  const plan: Plan = { sources: new Map(), ids: new Set() }
  for (const read of batch) add(plan, read)
  const [sources, ids] = [[...plan.sources.values()], [...plan.ids]]
  const lookback = lookbackSeconds(every)
  const read = readSamples(profile, {
    operation: 'read-series', sources, ids, project, start: window.start - lookback, end: window.end
  })
  const columns = batch.map(({ sources }) => sources.map(() => emptyColumn(window)))
  const counted = <Args extends unknown[], Result>(query: (...args: Args) => Result) => (...args: Args) => {
    onBatchSent(1, sources.length * ids.length)
    return query(...args)
  }
  const seconds = Math.max(Math.floor(limits.work / (sources.length * ids.length)), limits.minPieceSeconds)
  const isLong = window.end - window.start + lookback > seconds
  // Reads that exceed one request are not put together.
  const other = isLong && batch.length === 1
    ? createAggregatedReader({
      sources: batch[0]!.sources,
      window,
      lookback,
      every,
      read: counted(read.aggregates),
      onValue (i, time, value) { columns[0]![i]![indexOf(window, time)] = value }
    }, limits)
    : undefined
  const blocks = readInBlocks(
    counted(read.samples), window, { lookback, seconds, divisible: ids.length === 1 }, limits, other
  )
  for await (const { window: part, series } of blocks) {
    const seriesOf = indexSeries(series)
    for (const [i, { instance, sources }] of batch.entries()) {
      for (const [j, source] of sources.entries()) {
        const buckets = bucketsOf(source, seriesOf(instance, source.name), part, every)
        columns[i]![j]!.set(buckets, indexOf(window, part.start))
      }
    }
  }
  return columns
}

/**
 * The series of an instance with a metric's name. Samples that are no numbers are left out: VictoriaMetrics
 * shows the end of a series as NaN, and inovex' exporter the memory of a guest without a balloon driver.
 */
export function indexSeries (all: InstanceSeries[]) {
  const index = new Map<string, InstanceSeries[]>()
  for (const series of all) {
    const { owner, labels, values } = series
    const numbers = values.every(Number.isFinite)
      ? series
      : { owner, labels, ...filterSamples(series, (i) => Number.isFinite(values[i])) }
    const key = `${owner} ${labels.__name__}`
    const others = index.get(key)
    if (others === undefined) index.set(key, [numbers])
    else others.push(numbers)
  }
  return (instance: string, name: string) => index.get(`${instance} ${name}`) ?? []
}

function add ({ sources, ids }: Plan, read: SeriesRead) {
  for (const source of read.sources) sources.set(source.name, source)
  ids.add(read.instance)
}

function fits (plan: Plan, read: SeriesRead, limits: PrometheusLimits, every: number) {
  const sources = new Map([...plan.sources, ...read.sources.map((source) => [source.name, source] as const)])
  const isNew = !plan.ids.has(read.instance)
  const [ids, { start, end }] = [plan.ids.size + Number(isNew), read.window]
  return ids <= limits.instances &&
    ids * sources.size * (end - start + lookbackSeconds(every)) <= limits.work &&
    queryBytes([...sources.values()], isNew ? [...plan.ids, read.instance] : [...plan.ids]) <= limits.bytes
}

/** No less than the bytes of a query: a profile has several patterns where ids are a part of a label. */
export function queryBytes (sources: Source[], ids: string[]) {
  const patterns = new Set(sources.map(({ instance }) => instance)).size
  const names = sources.reduce((sum, { name }) => sum + name.length + 1, 0)
  return fixedBytes + names + patterns * ids.reduce((sum, id) => sum + id.length + 1, 0)
}

/** More than the labels, the project and the range have. */
const fixedBytes = 300

const sameWindow = (a: Window, b: Window) => a.start === b.start && a.end === b.end && a.step === b.step
