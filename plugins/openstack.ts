import fp from 'fastify-plugin'
import { createOpenStack } from '../lib/openstack/client.js'
import { readCloud } from '../lib/openstack/clouds.js'
import { keepFacts } from '../lib/openstack/facts.js'
import type { KeptOpenStack } from '../lib/openstack/facts.js'
import { quotaForm } from '../lib/redis/form.js'
import { list, milliseconds } from '../lib/settings.js'
import { createDispatcher, createUpstream } from '../lib/upstream.js'

declare module 'fastify' {
  interface FastifyInstance {
    openstack: KeptOpenStack
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
  const cloud = readCloud(config)
  const bounds = { timeout: milliseconds(config, 'UPSTREAM_TIMEOUT'), connections: config.UPSTREAM_CONNECTIONS }
  const dispatcher = createDispatcher(bounds, cloud.tls)

  const client = createOpenStack(cloud, createUpstream(dispatcher, bounds, telemetry.calls), clock, list(config.EXCLUDE_DOMAINS))
  const keep = config.CACHE === 'on'

  app.decorate('openstack', keepFacts(client, {
    // Half of an answer's: when an answer is read again, its quotas are too, and are not a lifetime older than it.
    quota: keep ? milliseconds(config, 'SUMMARY_TTL') / 2 : 0,
    project: keep ? knownFor : 0,
    list: keep ? listedFor : 0,
    owner: keep ? Infinity : 0,
    staleLimit: milliseconds(config, 'STALE_LIMIT')
  }, clock, app.share('quotas', quotaForm)))
  for (const [name, { counts }] of Object.entries(app.openstack.caches)) telemetry.cache(name, counts)
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
}, { name: 'openstack', dependencies: ['config', 'redis'] })
