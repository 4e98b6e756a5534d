import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cloudIdentity, readCloud } from '#lib/openstack/clouds-yaml.js'
import { keyNamespace } from '#lib/redis/key-namespace.js'
import { responseSettings, Settings } from '#lib/config/settings.js'

const defaults = Object.fromEntries(Object.entries(Settings.properties)
  .flatMap(([name, { default: value }]) => value === undefined ? [] : [[name, value]]))
const user = {
  OS_AUTH_URL: 'http://cloud:5000/v3',
  OS_USERNAME: 'ann',
  OS_PASSWORD: 'hidden',
  OS_USER_DOMAIN_NAME: 'd',
  OS_PROJECT_NAME: 'p',
  OS_PROJECT_DOMAIN_NAME: 'd'
}
const credential = {
  OS_AUTH_URL: 'http://cloud:5000/v3',
  OS_APPLICATION_CREDENTIAL_ID: 'one',
  OS_APPLICATION_CREDENTIAL_SECRET: 'hidden'
}

const namespaceOf = (env: Record<string, unknown>) => {
  const settings = { ...defaults, ...env } as Settings
  return keyNamespace([cloudIdentity(readCloud(settings)), responseSettings(settings)])
}

/** Another value of each setting that responses depend on. */
const relevant = {
  OS_AUTH_URL: 'http://other:5000/v3',
  OS_USERNAME: 'bob',
  OS_USER_ID: 'bob',
  OS_USER_DOMAIN_NAME: 'other',
  OS_USER_DOMAIN_ID: 'other',
  OS_PROJECT_NAME: 'other',
  OS_PROJECT_ID: 'other',
  OS_PROJECT_DOMAIN_NAME: 'other',
  OS_PROJECT_DOMAIN_ID: 'other',
  OS_DOMAIN_ID: 'other',
  OS_DEFAULT_DOMAIN_ID: 'other',
  OS_REGION_NAME: 'other',
  OS_INTERFACE: 'internal',
  OS_ENDPOINT_TYPE: 'internal',
  OS_IDENTITY_ENDPOINT_OVERRIDE: 'http://other',
  OS_COMPUTE_ENDPOINT_OVERRIDE: 'http://other',
  OS_NETWORK_ENDPOINT_OVERRIDE: 'http://other',
  OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE: 'http://other',
  ABSENT_SERVICES: 'network',
  EXCLUDE_DOMAINS: 'other',
  INFLUX_URL: 'http://other:8086',
  INFLUX_DATABASE: 'other',
  INFLUX_RETENTION_POLICY: 'other',
  INFLUX_USERNAME: 'other',
  PROMETHEUS_URL: 'http://other:9090',
  PROMETHEUS_USERNAME: 'other',
  PROMETHEUS_TENANT: 'other',
  METRICS_PROFILE: 'inovex',
  METRICS_INTERVAL: '1h',
  METRICS_MAX_AGE: '1h',
  SETTLE_TIME: '1h'
}

/**
 * Another value of each setting that they do not depend on: secrets, routes to upstreams, a process's own
 * behaviour.
 */
const irrelevant = {
  SETTINGS_FILE: '/other',
  HOST: '127.0.0.2',
  PORT: 1,
  MANAGEMENT_LISTEN: '127.0.0.1:9090',
  ALLOW_UNAUTHENTICATED: true,
  AUTH: 'keystone',
  AUTH_GLOBAL_ROLES: 'auditor',
  AUTH_READER_ROLES: 'auditor',
  TOKEN_CACHE_TIME: '1m',
  WWW_AUTHENTICATE_URI: 'http://other:5000',
  TLS_CERT: '/other.pem',
  TLS_KEY: '/other.pem',
  TRUST_PROXY: '10.0.0.1',
  OVERLOAD_DELAY: '5s',
  READINESS: 'upstreams',
  CORS_ORIGINS: 'https://other',
  RATE_LIMIT: 1,
  CONCURRENCY_LIMIT: 1,
  LIMIT_BY: 'project',
  SHUTDOWN_GRACE: '1s',
  LOG_LEVEL: 'debug',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other:4318',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other:4318/v1/traces',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_SDK_DISABLED: 'true',
  HTTPS_PROXY: 'http://other:3128',
  HTTP_PROXY: 'http://other:3128',
  NO_PROXY: 'other',
  OS_PASSWORD: 'another',
  OS_CACERT: '/other.pem',
  OS_CERT: '/other.pem',
  OS_KEY: '/other.pem',
  OS_INSECURE: true,
  INFLUX_PASSWORD: 'another',
  INFLUX_TOKEN: 'another',
  PROMETHEUS_PASSWORD: 'another',
  PROMETHEUS_TOKEN: 'another',
  SERIES_TTL: '1h',
  INSTANCES_TTL: '1h',
  SUMMARY_TTL: '1h',
  STALE_LIMIT: '1h',
  CACHE: 'off',
  REDIS_URL: 'redis://:another@cache',
  UPSTREAM_TIMEOUT: '1s',
  UPSTREAM_CONNECTIONS: 1
}

/** Settings that replace others; tests of their own cover them. */
const replacements = [
  'OS_CLOUD', 'OS_CLIENT_CONFIG_FILE', 'OS_CLIENT_SECURE_FILE', 'OS_AUTH_TYPE', 'OS_TENANT_NAME',
  'OS_TENANT_ID', 'OS_DOMAIN_NAME', 'OS_DEFAULT_DOMAIN_NAME', 'OS_DEFAULT_DOMAIN', 'OS_SYSTEM_SCOPE',
  'OS_TRUST_ID', 'OS_APPLICATION_CREDENTIAL_ID', 'OS_APPLICATION_CREDENTIAL_NAME',
  'OS_APPLICATION_CREDENTIAL_SECRET'
]

t.test('the namespace depends on each setting that responses depend on, and on no other', async (t) => {
  for (const [name, value] of Object.entries(relevant)) {
    t.not(namespaceOf({ ...user, [name]: value }), namespaceOf(user), name)
  }
  for (const [name, value] of Object.entries(irrelevant)) {
    t.equal(namespaceOf({ ...user, [name]: value }), namespaceOf(user), name)
  }
  const covered = [...Object.keys({ ...relevant, ...irrelevant }), ...replacements]
  t.same(covered.sort(), Object.keys(Settings.properties).sort(), 'every setting is covered')
})

t.test('the id or name of an application credential counts, and its secret does not', async (t) => {
  t.not(namespaceOf({ ...credential, OS_APPLICATION_CREDENTIAL_ID: 'other' }), namespaceOf(credential))
  t.equal(
    namespaceOf({ ...credential, OS_APPLICATION_CREDENTIAL_SECRET: 'another' }), namespaceOf(credential)
  )
  const named = { ...user, OS_APPLICATION_CREDENTIAL_NAME: 'one', OS_APPLICATION_CREDENTIAL_SECRET: 'hidden' }
  t.not(namespaceOf({ ...named, OS_APPLICATION_CREDENTIAL_NAME: 'other' }), namespaceOf(named))
})

t.test('clouds.yaml and environment variables give the same namespace', async (t) => {
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
  t.equal(namespaceOf({ OS_CLOUD: 'mine', OS_CLIENT_CONFIG_FILE: file }), namespaceOf(user))
})

t.test('the userinfo of a URL does not count', async (t) => {
  const [without, withUserinfo] = ['influx:8086', 'ann:secret@influx:8086'].map((authority) =>
    namespaceOf({ ...user, INFLUX_URL: `http://${authority}` }))
  t.equal(withUserinfo, without)
})
