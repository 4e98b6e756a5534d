import type { Metric } from './usages.js'

interface Limits {
  /** The largest possible usage. None is negative. */
  max: number
  /** The largest measured value that means `max`. */
  measured: number
}

/** 1 TiB/s, or a billion packets/s: what exceeds it comes from a counter that was set back. */
const rate: Limits = { max: 2 ** 30, measured: 2 ** 30 }

/** The limits of each metric, in the unit of its usage. */
const limits: Record<Metric, Limits> = {
  // A hypervisor's CPU time includes the threads that emulate an instance's devices, and samples are not
  // exactly as far apart as the agent assumes. A busy instance exceeds 100 %, with one vCPU up to twice.
  cpu: { max: 100, measured: 200 },
  memory: { max: 100, measured: 100 },
  diskRead: rate,
  diskWrite: rate,
  networkIn: rate,
  networkOut: rate,
  packetsIn: rate,
  packetsOut: rate
}

/**
 * A measured value as a usage with 2 decimals, never -0.
 * @returns `undefined` for an impossible value, whose true one is unknown: a negative or infinite one, NaN,
 * and one far above the largest possible usage
 */
export function possibleUsage (metric: Metric, value: number) {
  const usage = Math.round(value * 100) / 100 + 0
  const { max, measured } = limits[metric]
  return usage >= 0 && usage <= measured ? Math.min(usage, max) : undefined
}
