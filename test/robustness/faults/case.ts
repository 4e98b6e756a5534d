import type { UpstreamName } from '#simulator/simulator.js'
import type { RouteKind } from './requests.js'
import type { Server } from './server.js'
import type { StoreName } from './stores/stores.js'
import type { Testbed } from './testbed.js'

/** The expected responses to one kind of request. */
export interface Outcome {
  /** The status, or every allowed status. */
  status: number | number[]
  /** Upstreams that the response lists as unavailable. */
  unavailable?: UpstreamName[]
  /** Whether complete responses are allowed too. */
  mayBeComplete?: boolean
}

/** A fault, and its effect on requests without a cached response. Cached requests always succeed. */
export interface Case {
  name: string
  /** The failing upstreams. */
  upstreams: UpstreamName[]
  /** The failing component in the report, if it is no upstream behind a proxy. */
  component?: string
  inject: Inject
  outcome: Record<RouteKind, Outcome>
  /** Whether the fault is a lasting lack, which metrics count as no failure. */
  lack?: boolean
  /** The only metrics store that the case is about; each unless given. */
  store?: StoreName
  /** Additional settings of the server. */
  env?: (testbed: Testbed) => Record<string, string>
  /** Whether the server starts during the fault; nothing is cached then. */
  fromStart?: boolean
  /** Whether other clients send requests before and during the fault. */
  load?: boolean
  /** Milliseconds by which the fault shifts the clock of the service. */
  clockShiftMs?: number
}

/** Starts a fault and returns the function that ends it. */
export type Inject =
  (testbed: Testbed, upstreams: UpstreamName[], server?: Server) => Promise<Recover> | Recover
export type Recover = () => unknown

/** The cases in which the metrics store fails, alone or with others. */
export const ofMetrics = (cases: Case[]) => cases.filter(({ upstreams }) => upstreams.includes('metrics'))

/**
 * The effect on each route if every request to these upstreams fails.
 * @param status of a route that needs a failing upstream
 * @param fromStart whether the cached project list, which replaces a failing one, is missing too
 */
export function failureOutcome (
  upstreams: UpstreamName[],
  status: number | number[],
  fromStart = false
): Case['outcome'] {
  const among = (...names: UpstreamName[]) => names.filter((name) => upstreams.includes(name))
  const quotas = among('block-storage', 'compute', 'network')
  const mayBeComplete = Array.isArray(status) && status.includes(200)
  const failed = { status }
  const success = (unavailable: UpstreamName[]) => ({ status: 200, unavailable, mayBeComplete })
  const noProjects = fromStart && upstreams.includes('identity')
  return {
    summary: noProjects || quotas.length === 3 ? failed : success(quotas),
    instances: among('identity', 'compute').length > 0 ? failed : success(among('metrics')),
    series: upstreams.includes('metrics') ? failed : { status: 200 }
  }
}

/** The outcome of a fault that no client notices. */
export const noEffect = failureOutcome([], 200)

/** One case for each set of failing upstreams. */
export function visible (
  sets: UpstreamName[][],
  name: string,
  status: number | number[],
  inject: Inject,
  options: Partial<Case> = {}
): Case[] {
  return sets.map((upstreams) => {
    const outcome = failureOutcome(upstreams, status, options.fromStart)
    return { name, upstreams, inject, outcome, ...options }
  })
}

/** The same for a fault that no client notices. */
export function tolerated (
  sets: UpstreamName[][],
  name: string,
  inject: Inject,
  options: Partial<Case> = {}
): Case[] {
  return sets.map((upstreams) => ({ name, upstreams, inject, outcome: noEffect, ...options }))
}
