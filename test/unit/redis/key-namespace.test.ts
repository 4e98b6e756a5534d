import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cloudIdentity, loadCloud } from '#lib/openstack/clouds-yaml.js'
import { keyNamespace } from '#lib/redis/key-namespace.js'
import { responseSettings, Settings } from '#lib/config/settings.js'

const defaults = Object.fromEntries(
  Object.entries(Settings.properties).flatMap(
    ([name, { default: value }]) => value === undefined ? [] : [[name, value]]
  )
)
const user = {
  OS_AUTH_URL: 'http://cloud:5000/v3', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden', OS_USER_DOMAIN_NAME: 'd', OS_PROJECT_NAME: 'p', OS_PROJECT_DOMAIN_NAME: 'd'
}
const credential = {
  OS_AUTH_URL: 'http://cloud:5000/v3',
  OS_APPLICATION_CREDENTIAL_ID: 'one',
  OS_APPLICATION_CREDENTIAL_SECRET: 'hidden'
}

const nameOf = (env: Record<string, unknown>) => {
  const settings = { ...defaults, ...env } as Settings
  return keyNamespace([cloudIdentity(loadCloud(settings)), responseSettings(settings)])
}

/** A value of each setting on which answers depend, as it is not by default. */
const matters = {
  OS_AUTH_URL: 'http://other:5000/v3',
  OS_USERNAME: 'bob',
  OS_USER_ID: 'bob',
  OS_USER_DOMAIN_NAME: 'other',
  OS_USER_DOMAIN_ID: 'other',
  OS_PROJECT_NAME: 'other',
  OS_PROJECT_ID: 'other',
  OS_PROJECT_DOMAIN_NAME: 'other',
  OS_PROJECT_DOMAIN_ID: 'other',
  OS_REGION_NAME: 'other',
  OS_INTERFACE: 'internal',
  OS_COMPUTE_ENDPOINT_OVERRIDE: 'http://other',
  OS_NETWORK_ENDPOINT_OVERRIDE: 'http://other',
  OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE: 'http://other',
  EXCLUDE_DOMAINS: 'other',
  INFLUX_URL: 'http://other:8086',
  INFLUX_DATABASE: 'other',
  INFLUX_RETENTION_POLICY: 'other',
  INFLUX_USERNAME: 'other',
  METRICS_MAX_AGE: '1h',
  SETTLE_TIME: '1h'
}

/**
 * The same of those on which they do not: secrets, ways to get there, and what each process does for itself.
 */
const indifferent = {
  HOST: '127.0.0.2',
  PORT: 1,
  ALLOW_UNAUTHENTICATED: true,
  AUTH: 'keystone',
  AUTH_GLOBAL_ROLES: 'auditor',
  TOKEN_CACHE_TIME: '1m',
  WWW_AUTHENTICATE_URI: 'http://other:5000',
  TLS_CERT: '/other.pem',
  TLS_KEY: '/other.pem',
  TRUST_PROXY: '10.0.0.1',
  CORS_ORIGINS: 'https://other',
  RATE_LIMIT: 1,
  CONCURRENCY_LIMIT: 1,
  SHUTDOWN_GRACE: '1s',
  LOG_LEVEL: 'debug',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other:4318',
  OS_PASSWORD: 'another',
  OS_CACERT: '/other.pem',
  OS_CERT: '/other.pem',
  OS_KEY: '/other.pem',
  OS_INSECURE: true,
  INFLUX_PASSWORD: 'another',
  INFLUX_TOKEN: 'another',
  SERIES_TTL: '1h',
  INSTANCES_TTL: '1h',
  SUMMARY_TTL: '1h',
  STALE_LIMIT: '1h',
  CACHE: 'off',
  REDIS_URL: 'redis://:another@cache',
  UPSTREAM_TIMEOUT: '1s',
  UPSTREAM_CONNECTIONS: 1
}

/** And of those that stand for others. */
const elsewhere = [
  'OS_CLOUD',
  'OS_CLIENT_CONFIG_FILE',
  'OS_APPLICATION_CREDENTIAL_ID',
  'OS_APPLICATION_CREDENTIAL_NAME',
  'OS_APPLICATION_CREDENTIAL_SECRET'
]

t.test('answers depend on some settings, and on the others not', async (t) => {
  for (const [name, value] of Object.entries(matters)) {
    t.not(nameOf({ ...user, [name]: value }), nameOf(user), name)
  }
  for (const [name, value] of Object.entries(indifferent)) {
    t.equal(nameOf({ ...user, [name]: value }), nameOf(user), name)
  }
  t.same(
    [...Object.keys({ ...matters, ...indifferent }), ...elsewhere].sort(),
    Object.keys(Settings.properties).sort(),
    'it is known of each'
  )
})

t.test('an application credential is one by its id, and not by its secret', async (t) => {
  t.not(nameOf({ ...credential, OS_APPLICATION_CREDENTIAL_ID: 'other' }), nameOf(credential))
  t.equal(nameOf({ ...credential, OS_APPLICATION_CREDENTIAL_SECRET: 'another' }), nameOf(credential))
  const named = { ...user, OS_APPLICATION_CREDENTIAL_NAME: 'one', OS_APPLICATION_CREDENTIAL_SECRET: 'hidden' }
  t.not(nameOf({ ...named, OS_APPLICATION_CREDENTIAL_NAME: 'other' }), nameOf(named))
})

t.test('a cloud is the same by its file and by variables', async (t) => {
  const file = join(t.testdir({}), 'clouds.yaml')
  writeFileSync(file, JSON.stringify({
    clouds: {
      mine: {
        auth: {
          auth_url: user.OS_AUTH_URL,
          username: 'ann',
          password: 'x',
          user_domain_name: 'd',
          project_name: 'p',
          project_domain_name: 'd'
        }
      }
    }
  }))
  t.equal(nameOf({ OS_CLOUD: 'mine', OS_CLIENT_CONFIG_FILE: file }), nameOf(user))
})

t.test('what stands before the host of a URL is left out', async (t) => {
  t.equal(
    nameOf({ ...user, INFLUX_URL: 'http://ann:secret@influx:8086' }),
    nameOf({ ...user, INFLUX_URL: 'http://influx:8086' })
  )
})
