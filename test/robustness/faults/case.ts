import type { UpstreamName } from '#simulator/simulator.js'
import type { Kind } from './questions.js'
import type { Server } from './server.js'
import type { Site } from './site.js'

/**
 * What an answer is, to a question of a kind: its status, or which it may have, and the roles that are
 * missing in it.
 */
export interface Outcome {
  status: number | number[]
  missing?: UpstreamName[]
  /** Whether that is so of some answers only. */
  perhaps?: boolean
}

/**
 * A fault: where it is, how it begins, and what callers see of it who have not asked before. Who has is
 * always answered, and rightly.
 */
export interface Case {
  name: string
  /** The upstreams that are ill. */
  at: UpstreamName[]
  /** Where it is, if at none of them. */
  where?: string
  /** Begins it, and gives what ends it. */
  begin: Begin
  outcome: Record<Kind, Outcome>
  /** More settings for the server. */
  env?: (site: Site) => Record<string, string>
  /** Whether the server is started only when the fault is there; then nobody has asked before. */
  fromStart?: boolean
  /** Whether others ask all the while, before it as well. */
  load?: boolean
  /** Milliseconds that the service's clock is made to be wrong by. */
  shift?: number
}

export type Begin = (site: Site, at: UpstreamName[], server?: Server) => Promise<End> | End
export type End = () => unknown

/**
 * What follows for each route where all that these roles are asked fails with a status. Unless it is so
 * `fromStart`, the list of projects stands in.
 */
export function costs (at: UpstreamName[], status: number | number[], fromStart = false): Case['outcome'] {
  const quotas = (['block-storage', 'compute', 'network'] as const).filter((role) => at.includes(role))
  const perhaps = Array.isArray(status) && status.includes(200)
  const failed = { status }
  const answered = (missing: UpstreamName[]) => ({ status: 200, missing, perhaps })
  return {
    summary: (fromStart && at.includes('identity')) || quotas.length === 3 ? failed : answered(quotas),
    instances: at.includes('identity') || at.includes('compute')
      ? failed
      : answered(
        at.includes('metrics') ? ['metrics'] : []
      ),
    series: at.includes('metrics') ? failed : { status: 200 }
  }
}

/** Where nobody sees anything of it. */
export const nothing = costs([], 200)

/** One fault in several places, one after the other: each of these is a case. */
export function each (
  places: UpstreamName[][], name: string, status: number | number[], begin: Begin, more: Partial<Case> = {}
): Case[] {
  return places.map((at) => ({ name, at, begin, outcome: costs(at, status, more.fromStart), ...more }))
}

/** The same where nobody sees anything of it. */
export function unseen (
  places: UpstreamName[][], name: string, begin: Begin, more: Partial<Case> = {}
): Case[] {
  return places.map((at) => ({ name, at, begin, outcome: nothing, ...more }))
}
