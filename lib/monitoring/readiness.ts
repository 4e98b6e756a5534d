import { UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import type { Readiness, UpstreamState } from '#schemas/health.js'

/** The upstreams without which a route has nothing new to respond with. Others cost some numbers alone. */
const required: UpstreamName[] = ['identity', 'compute', 'metrics']

/** Whether some route cannot be served without stale values. */
export const lacksRequired = ({ upstreams }: Readiness) =>
  required.some((upstream) => upstreams[upstream] !== 'up')

/**
 * Milliseconds that an upstream may take. A health check waits for a second or a few itself: an upstream that
 * hangs must not look to it like a service that hangs.
 */
const timeoutMs = 800
/**
 * Milliseconds that a timer may be late. A later one means that this process is overloaded, and nothing about
 * the upstream.
 */
const toleratedDelayMs = 100

/**
 * Checks each upstream that there is.
 * @param onLateError called with an unexpected error of a check that is no longer waited for; an earlier one
 * is thrown
 */
export async function checkReadiness (
  checks: Partial<Record<UpstreamName, () => Promise<void>>>, onLateError: (err: unknown) => void
): Promise<Readiness> {
  const states = await Promise.all(Object.entries(checks).map(async ([upstream, check]) =>
    [upstream, await withTimeout(stateOf(check), onLateError)] as const))
  const upstreams = Object.fromEntries(states) as Readiness['upstreams']
  return { status: states.every(([, state]) => state === 'up') ? 'ready' : 'degraded', upstreams }
}

function withTimeout (state: Promise<UpstreamState>, onLateError: (err: unknown) => void) {
  return new Promise<UpstreamState>((resolve, reject) => {
    let timer: NodeJS.Timeout
    const wait = (from: number) => {
      timer = setTimeout(() => {
        const now = performance.now()
        if (now - from > timeoutMs + toleratedDelayMs) return wait(now)
        state.catch(onLateError)
        resolve('timeout')
      }, timeoutMs).unref()
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
