import fp from 'fastify-plugin'
import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import { UpstreamError } from '#lib/errors.js'
import { checkReadiness, lacksRequired } from '#lib/monitoring/readiness.js'
import type { Readiness } from '#schemas/health.js'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Whether the service is ready, and which upstreams respond. A result serves all callers for a while, so
     * that health checks cost the upstreams little.
     */
    readiness: () => Promise<Readiness>
  }
}

/** Milliseconds for which a result is used, from its arrival on. */
const ttl = 2_000

export default fp(async (app) => {
  const { config, openstack, metrics, clock, telemetry, log } = app
  let loggedFailure: string | undefined
  /** Logs a new failure, because a state is no more than a reason, and the failure names what to check. */
  async function checkMetrics () {
    try {
      await metrics.check()
      loggedFailure = undefined
    } catch (err) {
      if (err instanceof UpstreamError && err.message !== loggedFailure) {
        log.warn({ err }, 'metrics store not ready')
        loggedFailure = err.message
      }
      throw err
    }
  }

  const readiness = createRefreshingValue(
    () => checkReadiness({
      identity: () => openstack.check('identity'),
      ...Object.fromEntries(openstack.quotaSources.map(({ upstream }) =>
        [upstream, () => openstack.check(upstream)])),
      metrics: checkMetrics
    }, (err) => log.error({ err }, 'readiness check failed unexpectedly')),
    (_, fetchedAt) => ({ ttl: clock.now() - fetchedAt + ttl }),
    clock
  )

  app.decorate('readiness', async () => {
    const found = await readiness.get()
    for (const [upstream, state] of Object.entries(found.upstreams)) {
      telemetry.upstreamChecked(upstream, state === 'up', clock.now())
    }
    const unready = app.shuttingDown || (config.READINESS === 'upstreams' && lacksRequired(found))
    return unready ? { ...found, status: 'unready' } : found
  })
}, { name: 'readiness', dependencies: ['config', 'metrics', 'openstack', 'prometheus'] })
