import { emptyColumn, indexOf } from '#lib/metrics/columns.js'
import type { Column } from '#lib/metrics/columns.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { Window } from '#lib/time-range.js'
import type { Bucket } from '#schemas/series.js'

/** @param values by the bucket's start in unix seconds; of others than the window's there is no value */
export function columnOf (window: Window, values: Iterable<readonly [number, number]>): Column {
  const column = emptyColumn(window)
  // A typed array ignores an index that it does not have.
  for (const [time, value] of values) column[indexOf(window, time)] = value
  return column
}

/** The buckets of a column that have a value, ascending by time. */
export const bucketsOf = (column: Column, { start, step }: Window): Bucket[] =>
  Array.from(column, (usage, i) => ({ time: start + i * step, usage }))
    .filter(({ usage }) => !Number.isNaN(usage))

/** The start in unix seconds and the value of each bucket that has one. */
export const entriesOf = (column: Column, window: Window) =>
  bucketsOf(column, window).map(({ time, usage }): [number, number] => [time, usage])

/** The buckets in the JSON of a series, which is in parts. */
export const bucketsOfJson = (parts: Buffer[]): Bucket[] =>
  JSON.parse(`[${Buffer.concat(parts).toString().slice(1)}]`)

type SeriesReads = Pick<MetricsStore, 'series' | 'seriesOfMany'>
interface BucketReads {
  series: (...args: Parameters<MetricsStore['series']>) => Promise<Bucket[][]>
  seriesOfMany: (...args: Parameters<MetricsStore['seriesOfMany']>) => Promise<Bucket[][][]>
}

/** A store whose reads of series return lists of the buckets that have a value. */
export const withBuckets = <Store extends SeriesReads>(
  store: Store
): Omit<Store, keyof SeriesReads> & BucketReads => ({
    ...store as Omit<Store, keyof SeriesReads>,
    async series (metrics, instance, window, project) {
      const columns = await store.series(metrics, instance, window, project)
      return columns.map((column) => bucketsOf(column, window))
    },
    async seriesOfMany (metrics, instances, window, project) {
      const all = await store.seriesOfMany(metrics, instances, window, project)
      return all.map((columns) => columns.map((column) => bucketsOf(column, window)))
    }
  })
