import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '#lib/metrics/profile.js'
import type { SampledSeries } from '#lib/metrics/samples.js'
import type { Metric } from '#lib/metrics/usages.js'
import { root } from '#test/support/root.js'
import { sampled } from '#test/support/samples.js'
import type { Sample } from '#test/support/samples.js'

// 20 minutes of samples for each profile, and the usages that the rates mean from which they were made: see
// dataset/README.md.

const dir = join(root, 'test/support/prometheus/dataset')

/** A bucket's start in unix seconds, and its usage. */
export type ExpectedBucket = [time: number, usage: number]

export interface ExpectedInstance {
  project: string | null
  /** The buckets of each metric, by their width in seconds. */
  metrics: Partial<Record<Metric, Record<string, ExpectedBucket[]>>>
  /** The latest usages at `end`, of samples that are at most 2 minutes old. */
  latest?: { cpu: number | null, memory: number | null }
}

interface Expected {
  /** The window, in unix seconds. */
  start: number
  end: number
  expected: Record<ProfileName, Record<string, ExpectedInstance>>
}

export const { start, end, expected } =
  JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as Expected

/** The id of an instance, by the number in dataset/README.md. */
export const idOf = (number: number) => `3f0c1a52-7d5f-4b1e-9a41-2f0d0a7c${String(number).padStart(4, '0')}`

/** The projects of the dataset: that of most instances, and that of instance 10. */
export const [alpha, beta] = ['6a1b0c9f4e5d4c0c8f3a7b2d91e00001', '6a1b0c9f4e5d4c0c8f3a7b2d91e00002'] as const

/** The JSON lines of a profile's series, as VictoriaMetrics imports and exports them. */
export const linesOf = (profile: ProfileName) =>
  readFileSync(join(dir, `${profile}.jsonl`), 'utf8').split('\n').filter((line) => line !== '')

/** The series of a profile. A value that is no number is NaN. */
export const seriesOf = (profile: ProfileName): SampledSeries[] =>
  linesOf(profile).map((line) => {
    const { metric, values, timestamps } = JSON.parse(line)
    return sampled(metric, timestamps.map((time: number, i: number): Sample => [time, Number(values[i])]))
  })

/** Every expected list of buckets, with the read that returns it. */
export function * expectedLists (profile: ProfileName) {
  for (const [instance, { project, metrics }] of Object.entries(expected[profile])) {
    for (const metric of Object.keys(metrics) as Metric[]) {
      for (const [width, buckets] of Object.entries(metrics[metric]!)) {
        const window = { start, end, step: Number(width) }
        yield { instance, project: project ?? undefined, metric, window, buckets }
      }
    }
  }
}

/**
 * Compares buckets with the expected ones.
 * @returns a line for each that is missing, is too much, or differs by more than rounding (0.011)
 */
export function differences (buckets: ExpectedBucket[], expected: ExpectedBucket[]) {
  const found = new Map(buckets)
  const wanted = new Map(expected)
  return [...new Set([...found.keys(), ...wanted.keys()])].flatMap((time) => {
    const [usage = NaN, wantedUsage = NaN] = [found.get(time), wanted.get(time)]
    return Math.abs(usage - wantedUsage) <= 0.011 ? [] : [`at ${time}: ${usage}, not ${wantedUsage}`]
  })
}
