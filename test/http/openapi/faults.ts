import type { Test } from 'tap'
import type { Interception, UpstreamName } from '#simulator/simulator.js'
import { startService } from '#test/support/service.js'

/** What an upstream does instead of answering, by the status that a caller must get for it. */
const faults: Record<number, Interception> = { 502: { status: 500 }, 503: 'reset', 504: 'hang' }

/** A service that answers no request but the one that it has been asked already. */
export async function startLimited (t: Test) {
  const { app } = await startService(t, { env: { RATE_LIMIT: '1' } })
  await app.inject('/nothing')
  return app
}

/**
 * A service for which an upstream fails so that it must answer with a status; with 500 it is the service
 * itself that is at fault.
 */
export async function startBroken (t: Test, status: number, role: string) {
  const { app, simulator } = await startService(t, { env: { UPSTREAM_TIMEOUT: '1s' } })
  if (status === 500) {
    const broken = async () => { throw new TypeError('a fault of our own') }
    Object.assign(app.metrics, { series: broken, latest: broken, check: broken })
    Object.assign(app.openstack, { projects: broken })
  }
  const fault = faults[status]
  if (fault !== undefined) {
    simulator.intercept = (call) => call.upstream === role as UpstreamName ? fault : undefined
  }
  return app
}
