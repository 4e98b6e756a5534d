import { isDeepStrictEqual } from 'node:util'
import fp from 'fastify-plugin'
import { parseProxies } from '#lib/config/proxies.js'
import { durationMs, splitList } from '#lib/config/settings.js'
import type { Settings } from '#lib/config/settings.js'
import { loadUpstreamTls } from '#lib/config/upstream-tls.js'
import { InvalidSetting, UpstreamError } from '#lib/errors.js'
import { cacheOpenStack } from '#lib/openstack/cached-client.js'
import type { CachedOpenStack } from '#lib/openstack/cached-client.js'
import { createOpenStack } from '#lib/openstack/client.js'
import type { OpenStack } from '#lib/openstack/client.js'
import { cloudIdentity, readCloud } from '#lib/openstack/clouds-yaml.js'
import type { CloudConfig } from '#lib/openstack/clouds-yaml.js'
import { quotaCodec } from '#lib/openstack/quotas.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import type { UpstreamObserver } from '#lib/upstream/upstream-client.js'

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
  const limits = { timeout: durationMs(config, 'UPSTREAM_TIMEOUT'), connections: config.UPSTREAM_CONNECTIONS }
  const client = app.reloadable(connect, checkReload)
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
  // Not Fastify's onListen: a worker gets its connections from the primary.
  app.server.once('listening', logReach)
  app.onReload(() => logReach)

  function connect (settings: Settings, observer: UpstreamObserver) {
    const cloud = readCloud(settings)
    const dispatcher = createDispatcher(limits, loadUpstreamTls(cloud.tls), parseProxies(config))
    const options = { ...limits, requestIdHeader: 'x-openstack-request-id' }
    const upstream = createUpstream(dispatcher, options, observer)
    const client = createOpenStack(cloud, upstream, clock, splitList(config.EXCLUDE_DOMAINS))
    return { cloud, client, dispatcher }
  }

  /** Logs what the credential reads. A cloud that is down does not delay the start. */
  function logReach () {
    app.openstack.reach().then(
      (reach) => app.log.info({ reach }, reach === 'all'
        ? 'admin credential: it reads every project'
        : 'credential without the admin role: it reads the projects on which it has a role'),
      (err) => app.log.warn({ err }, 'credential reach unknown')
    )
  }
}, { name: 'openstack', dependencies: ['config', 'prometheus', 'redis', 'reload'] })

/** The settings of the facts that make a cloud another one. */
const cloudSettings = {
  authUrl: 'OS_AUTH_URL',
  region: 'OS_REGION_NAME',
  wanted: 'OS_INTERFACE',
  overrides: 'OS_COMPUTE_ENDPOINT_OVERRIDE or another override'
}

/**
 * Checks that the cloud is the one whose facts are cached, and that Keystone accepts the new credential. One
 * that cannot be checked now is accepted.
 * @throws InvalidSetting
 */
async function checkReload (
  { cloud, client }: { cloud: CloudConfig, client: OpenStack }, present: { cloud: CloudConfig }
) {
  for (const [fact, setting] of Object.entries(cloudSettings)) {
    const [before, after] = [present.cloud, cloud].map((one) => Reflect.get(cloudIdentity(one), fact))
    if (!isDeepStrictEqual(before, after)) {
      throw new InvalidSetting(`${setting} changed, which needs a restart`)
    }
  }
  try {
    await client.reach()
  } catch (err) {
    if (!(err instanceof UpstreamError && err.reason === 'refused')) return
    const setting = cloud.applicationCredential ? 'OS_APPLICATION_CREDENTIAL_SECRET' : 'OS_PASSWORD'
    throw new InvalidSetting(`${setting} does not belong to a credential that Keystone accepts`)
  }
}
