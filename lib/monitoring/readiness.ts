import { UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import type { Readiness, UpstreamState } from '#schemas/health.js'

/** The upstreams without which some route has nothing to answer. The others cost a few numbers. */
const needed: UpstreamName[] = ['identity', 'compute', 'metrics']

/**
 * Milliseconds that an upstream may take: who asks by way of a health check waits for a second himself, or a few. To him an upstream that hangs
 * must not look as if the service did.
 */
const patience = 800
/** Milliseconds that a timer may be late. Later than that it is the service that has too much to do, which says nothing of an upstream. */
const lateness = 100

/**
 * Asks each upstream whether it answers, and soon.
 * @param failed told of a fault of ours that shows when its check is no longer waited for; sooner it is thrown
 */
export async function checkReadiness (checks: Record<UpstreamName, () => Promise<void>>, failed: (err: unknown) => void): Promise<Readiness> {
  const states = await Promise.all(Object.entries(checks).map(async ([role, check]) => [role, await inTime(stateOf(check), failed)] as const))
  const upstreams = Object.fromEntries(states) as Record<UpstreamName, UpstreamState>
  if (needed.some((role) => upstreams[role] !== 'up')) return { status: 'unready', upstreams }
  return { status: states.every(([, state]) => state === 'up') ? 'ready' : 'degraded', upstreams }
}

/** A state, or that it is too late for one. */
function inTime (state: Promise<UpstreamState>, failed: (err: unknown) => void) {
  return new Promise<UpstreamState>((resolve, reject) => {
    let timer: NodeJS.Timeout
    const wait = (from: number) => {
      timer = setTimeout(() => {
        const now = performance.now()
        if (now - from > patience + lateness) return wait(now)
        state.catch(failed)
        resolve('timeout')
      }, patience).unref()
    }
    wait(performance.now())
    state.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

async function stateOf (check: () => Promise<void>): Promise<UpstreamState> {
  try {
    await check()
    return 'up'
  } catch (err) {
    if (err instanceof UpstreamError) return err.reason
    throw err
  }
}
