import fp from 'fastify-plugin'
import { parseProxies } from '#lib/config/proxies.js'
import { durationMs, splitList } from '#lib/config/settings.js'
import { loadUpstreamTls } from '#lib/config/upstream-tls.js'
import type { UpstreamError } from '#lib/errors.js'
import { cacheOpenStack } from '#lib/openstack/cached-client.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import { createOpenStack } from '#lib/openstack/client.js'
import { loadCloud } from '#lib/openstack/clouds-yaml.js'
import { quotaCodec } from '#lib/openstack/quotas.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'

declare module 'fastify' {
  interface FastifyInstance {
    openstack: CachedOpenStack
  }
}

/** Milliseconds for which a project that was found is not looked up again. */
const projectTtlMs = 60_000

/**
 * Milliseconds for which the list of projects is fresh: no two summaries use one list. For a deleted project
 * Nova, Neutron and Cinder return their defaults with nothing used, and an old list would pass them on as the
 * project's. The list is cached for stale-if-error.
 */
const projectListTtlMs = 1

/** The OpenStack client with the settings' credential, and its caches. */
export default fp(async (app) => {
  const { config, clock, telemetry } = app
  const cloud = loadCloud(config)
  const limits = { timeout: durationMs(config, 'UPSTREAM_TIMEOUT'), connections: config.UPSTREAM_CONNECTIONS }
  const dispatcher = createDispatcher(limits, loadUpstreamTls(cloud.tls), parseProxies(config))
  const upstream = createUpstream(
    dispatcher, { ...limits, requestIdHeader: 'x-openstack-request-id' }, telemetry.upstreamObserver
  )
  const client = createOpenStack(cloud, upstream, clock, splitList(config.EXCLUDE_DOMAINS))
  const cached = config.CACHE === 'on'

  const absent = splitList(config.ABSENT_SERVICES ?? '')
  const onAbsent = (err: UpstreamError) => app.log.warn({ err }, 'service absent: its numbers are null')

  app.decorate('openstack', cacheOpenStack(client, {
    // Half of a response's: a refreshed response has quotas that are at most half a TTL older than it.
    quota: cached ? durationMs(config, 'SUMMARY_TTL') / 2 : 0,
    project: cached ? projectTtlMs : 0,
    projectList: cached ? projectListTtlMs : 0,
    instanceProject: cached ? Infinity : 0,
    staleLimit: durationMs(config, 'STALE_LIMIT')
  }, { now: clock.now, onAbsent }, absent, app.sharedStore('quotas', quotaCodec)))
  for (const [name, { stats }] of Object.entries(app.openstack.caches)) telemetry.addCache(name, stats)
  app.addHook('onListen', logReach)
  app.addHook('onClose', () => dispatcher.destroy())

  /** Logs what the credential reads. A cloud that is down does not delay the start. */
  function logReach (this: unknown, done: () => void) {
    app.openstack.reach().then(
      (reach) => app.log.info({ reach }, reach === 'all'
        ? 'admin credential: it reads every project'
        : 'credential without the admin role: it reads the projects on which it has a role'),
      (err) => app.log.warn({ err }, 'credential reach unknown')
    )
    done()
  }
}, { name: 'openstack', dependencies: ['config', 'prometheus', 'redis'] })
