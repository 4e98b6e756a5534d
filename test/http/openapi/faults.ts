import type { Test } from 'tap'
import type { Interception, UpstreamName } from '#simulator/simulator.js'
import { startService } from '#test/support/service.js'

/** For each status of the service, an upstream failure that causes it. */
const faults: Record<number, Interception> = { 502: { status: 500 }, 503: 'reset', 504: 'hang' }

/** Starts a service whose rate limit is used up. */
export async function startLimited (t: Test) {
  const { app } = await startService(t, { env: { RATE_LIMIT: '1' } })
  await app.inject('/nothing')
  return app
}

/**
 * Starts a service whose responses fail.
 * @param status the status of its responses; with 500, the service itself fails
 * @param upstream otherwise, the failing upstream
 */
export async function startBroken (t: Test, status: number, upstream: string) {
  const env = { UPSTREAM_TIMEOUT: '1s', READINESS: 'upstreams' }
  const { app, simulator } = await startService(t, { env })
  if (status === 500) {
    const broken = async () => { throw new TypeError('a bug of the service') }
    const reads = ['seriesJson', 'series', 'seriesOfMany', 'latest', 'top', 'check']
    Object.assign(app.metrics, Object.fromEntries(reads.map((name) => [name, broken])))
    Object.assign(app.openstack, { projects: broken, project: broken, search: broken })
  }
  const fault = faults[status]
  if (fault !== undefined) {
    simulator.intercept = (call) => call.upstream === upstream as UpstreamName ? fault : undefined
  }
  return app
}
