import fp from 'fastify-plugin'
import { loadUpstreamTls } from '#lib/config/upstream-tls.js'
import { createOpenStack } from '#lib/openstack/client.js'
import { loadCloud } from '#lib/openstack/clouds-yaml.js'
import { cacheOpenStack } from '#lib/openstack/cached-client.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import { quotaCodec } from '#lib/openstack/quotas.js'
import { splitList, durationMs } from '#lib/config/settings.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'

declare module 'fastify' {
  interface FastifyInstance {
    openstack: CachedOpenStack
  }
}

/** Milliseconds that a project which was found is not looked for again. */
const knownFor = 60_000

/**
 * Milliseconds that the list of projects is fresh: no two summaries are read from one list. Of a project that is gone, Nova, Neutron and Cinder tell
 * their defaults, with nothing used, and a list that is older than the quotas would pass those on as the project's. It is kept to stand in.
 */
const listedFor = 1

/** The OpenStack client, with the credential of the settings. */
export default fp(async (app) => {
  const { config, clock, telemetry } = app
  const cloud = loadCloud(config)
  const limits = { timeout: durationMs(config, 'UPSTREAM_TIMEOUT'), connections: config.UPSTREAM_CONNECTIONS }
  const dispatcher = createDispatcher(limits, loadUpstreamTls(cloud.tls))

  const client = createOpenStack(cloud, createUpstream(dispatcher, { ...limits, requestIdHeader: 'x-openstack-request-id' }, telemetry.calls), clock, splitList(config.EXCLUDE_DOMAINS))
  const keep = config.CACHE === 'on'

  app.decorate('openstack', cacheOpenStack(client, {
    // Half of an answer's: when an answer is read again, its quotas are too, and are not a lifetime older than it.
    quota: keep ? durationMs(config, 'SUMMARY_TTL') / 2 : 0,
    project: keep ? knownFor : 0,
    projectList: keep ? listedFor : 0,
    instanceProject: keep ? Infinity : 0,
    staleLimit: durationMs(config, 'STALE_LIMIT')
  }, clock, app.sharedStore('quotas', quotaCodec)))
  for (const [name, { stats }] of Object.entries(app.openstack.caches)) telemetry.cache(name, stats)
  app.addHook('onListen', sayReach)
  app.addHook('onClose', () => dispatcher.destroy())

  /** Says what the credential reads. A cloud that is down does not keep the service from starting. */
  function sayReach (this: unknown, done: () => void) {
    app.openstack.reach().then(
      (reach) => app.log.info({ reach }, reach === 'all'
        ? 'the credential is an admin\'s: it reads every project'
        : 'the credential is no admin\'s: it reads the projects on which it has a role'),
      (err) => app.log.warn({ err }, 'what the credential reads is not known yet')
    )
    done()
  }
}, { name: 'openstack', dependencies: ['config', 'prometheus', 'redis'] })
