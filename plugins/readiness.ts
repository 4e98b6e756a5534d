import fp from 'fastify-plugin'
import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import { checkReadiness } from '#lib/monitoring/readiness.js'
import type { Readiness } from '#schemas/health.js'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Which upstreams respond. A result serves all callers for a while, so that health checks cost the
     * upstreams little.
     */
    readiness: () => Promise<Readiness>
  }
}

/** Milliseconds for which a result is used, from its arrival on. */
const ttl = 2_000

export default fp(async (app) => {
  const { openstack, metrics, clock } = app
  const readiness = createRefreshingValue(
    () => checkReadiness({
      identity: () => openstack.check('identity'),
      compute: () => openstack.check('compute'),
      network: () => openstack.check('network'),
      'block-storage': () => openstack.check('block-storage'),
      metrics: () => metrics.check()
    }, (err) => app.log.error({ err }, 'readiness check failed unexpectedly')),
    (_, fetchedAt) => ({ ttl: clock.now() - fetchedAt + ttl }),
    clock
  )
  app.decorate('readiness', readiness.get)
}, { name: 'readiness', dependencies: ['config', 'metrics', 'openstack'] })
