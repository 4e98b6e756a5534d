import { UpstreamError } from './errors.js'
import type { Reason, Role } from './errors.js'

export type State = 'up' | Reason

export interface Readiness {
  status: 'ready' | 'degraded' | 'unready'
  upstreams: Record<Role, State>
}

/** The upstreams without which some route has nothing to answer. The others cost a few numbers. */
const needed: Role[] = ['identity', 'compute', 'metrics']

/** Asks each upstream whether it answers. */
export async function readReadiness (checks: Record<Role, () => Promise<void>>): Promise<Readiness> {
  const states = await Promise.all(Object.entries(checks).map(async ([role, check]) => [role, await stateOf(check)] as const))
  const upstreams = Object.fromEntries(states) as Record<Role, State>
  if (needed.some((role) => upstreams[role] !== 'up')) return { status: 'unready', upstreams }
  return { status: states.every(([, state]) => state === 'up') ? 'ready' : 'degraded', upstreams }
}

async function stateOf (check: () => Promise<void>): Promise<State> {
  try {
    await check()
    return 'up'
  } catch (err) {
    if (err instanceof UpstreamError) return err.reason
    throw err
  }
}
