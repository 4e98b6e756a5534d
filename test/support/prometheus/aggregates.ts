import { aggregateNames, edgeOf } from '#lib/metrics/aggregates.js'
import type { AggregatedSeries, AggregateName, SampleTimes } from '#lib/metrics/aggregates.js'
import type { Source } from '#lib/metrics/profile.js'
import type { SampledSeries } from '#lib/metrics/samples.js'
import type { Window } from '#lib/time-range.js'
import { listOf } from '#test/support/samples.js'
import type { Sample } from '#test/support/samples.js'

const resetsOf = (values: number[]) => values.filter((value, i) => value < values[i - 1]!).length
const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** The aggregates of series, as stores compute them: a NaN in a mean is the mean. */
export function aggregate (
  { kind }: Source, series: SampledSeries[], window: Window, times: SampleTimes
): AggregatedSeries[] {
  const edge = edgeOf(times)
  const stepMs = window.step * 1000
  const functions: Record<AggregateName, [number, number, (values: number[]) => number | undefined]> = {
    value: [edge.from, edge.to, (values) => values.at(-1)],
    resets: [stepMs + edge.from, 1, resetsOf],
    count: [stepMs, 1, (values) => values.length],
    mean: [stepMs, 1, meanOf],
    max: [stepMs, 1, (values) => Math.max(...values.filter((value) => !Number.isNaN(value)))]
  }
  return series.map((one) => ({
    labels: one.labels,
    aggregates: Object.fromEntries(aggregateNames[kind].map((name) => {
      const [from, to, compute] = functions[name]
      const values = new Map<number, number>()
      for (let time = window.start; time <= window.end; time += window.step) {
        const isIn = ([at]: Sample) => at >= time * 1000 - from && at <= time * 1000 - to
        const inRange = listOf(one).filter(isIn).map(([, value]) => value)
        const value = inRange.length === 0 ? undefined : compute(inRange)
        if (value !== undefined) values.set(time, value === -Infinity ? NaN : value)
      }
      return [name, values]
    }))
  }))
}
