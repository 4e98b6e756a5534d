import type { SampledSeries, Samples } from '#lib/metrics/samples.js'

/** Unix milliseconds, and a value. */
export type Sample = [time: number, value: number]

export const sampled = (labels: SampledSeries['labels'], samples: Sample[]): SampledSeries => ({
  labels,
  times: Float64Array.from(samples, ([time]) => time),
  values: Float64Array.from(samples, ([, value]) => value)
})

export const listOf = ({ times, values }: Samples): Sample[] =>
  Array.from(times, (time, i) => [time, values[i]!])
