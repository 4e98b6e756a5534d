import { createHash } from 'node:crypto'
import type { Cloud } from '../openstack/clouds.js'
import type { Settings } from '../settings.js'

/**
 * A name for all that the service's answers depend on, beside what is asked: which cloud it reads and as whom, which metrics, and by what
 * rules. Processes with the same name may answer for each other. There is no secret in what it is made of.
 */
export function deploymentOf (settings: Settings, cloud: Cloud) {
  const { authUrl, identity, scope, region, interface: wanted, overrides } = cloud
  const { INFLUX_URL, INFLUX_DATABASE, INFLUX_RETENTION_POLICY, INFLUX_USERNAME, METRICS_MAX_AGE, SETTLE_TIME, EXCLUDE_DOMAINS } = settings
  const facts = [
    { authUrl, identity, scope, region, wanted, overrides },
    { INFLUX_URL, INFLUX_DATABASE, INFLUX_RETENTION_POLICY, INFLUX_USERNAME },
    { METRICS_MAX_AGE, SETTLE_TIME, EXCLUDE_DOMAINS }
  ]
  return createHash('sha256').update(JSON.stringify(facts, withoutSecrets)).digest('base64url')
}

/** Leaves out the secrets of a login, and the part of a URL that may hold one. */
function withoutSecrets (name: string, value: unknown) {
  if (typeof value !== 'string') return value
  return name === 'password' || name === 'secret' ? undefined : value.replace(/\/\/[^/?#]*@/, '//')
}
