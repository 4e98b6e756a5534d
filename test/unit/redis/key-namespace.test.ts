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

/** Settings that responses depend on. */
const relevant = [
  'OS_AUTH_URL', 'OS_USERNAME', 'OS_USER_ID', 'OS_USER_DOMAIN_NAME', 'OS_USER_DOMAIN_ID', 'OS_PROJECT_NAME',
  'OS_PROJECT_ID', 'OS_PROJECT_DOMAIN_NAME', 'OS_PROJECT_DOMAIN_ID', 'OS_DOMAIN_ID', 'OS_DEFAULT_DOMAIN_ID',
  'OS_REGION_NAME', 'OS_INTERFACE', 'OS_ENDPOINT_TYPE', 'OS_IDENTITY_ENDPOINT_OVERRIDE',
  'OS_COMPUTE_ENDPOINT_OVERRIDE', 'OS_NETWORK_ENDPOINT_OVERRIDE', 'OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE',
  'ABSENT_SERVICES', 'EXCLUDE_DOMAINS', 'INFLUX_URL', 'INFLUX_DATABASE', 'INFLUX_RETENTION_POLICY',
  'INFLUX_USERNAME', 'PROMETHEUS_URL', 'PROMETHEUS_USERNAME', 'PROMETHEUS_TENANT', 'METRICS_PROFILE',
  'METRICS_INTERVAL', 'METRICS_MAX_AGE', 'SETTLE_TIME'
]

/** Settings that they do not depend on: secrets, routes to upstreams, a process's own behaviour. */
const irrelevant = [
  'SETTINGS_FILE', 'HOST', 'PORT', 'MANAGEMENT_LISTEN', 'ALLOW_UNAUTHENTICATED', 'AUTH',
  'AUTH_GLOBAL_ROLES', 'AUTH_READER_ROLES', 'TOKEN_CACHE_TIME', 'WWW_AUTHENTICATE_URI', 'TLS_CERT',
  'TLS_KEY', 'TRUST_PROXY', 'OVERLOAD_DELAY', 'READINESS', 'CORS_ORIGINS', 'RATE_LIMIT',
  'CONCURRENCY_LIMIT', 'LIMIT_BY', 'SHUTDOWN_GRACE', 'LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_TRACES_EXPORTER', 'OTEL_SDK_DISABLED', 'HTTPS_PROXY',
  'HTTP_PROXY', 'NO_PROXY', 'OS_PASSWORD', 'OS_CACERT', 'OS_CERT', 'OS_KEY', 'OS_INSECURE',
  'INFLUX_PASSWORD', 'INFLUX_TOKEN', 'PROMETHEUS_PASSWORD', 'PROMETHEUS_TOKEN', 'SERIES_TTL',
  'INSTANCES_TTL', 'SUMMARY_TTL', 'STALE_LIMIT', 'CACHE', 'REDIS_URL', 'UPSTREAM_TIMEOUT',
  'UPSTREAM_CONNECTIONS', 'WORKERS', 'UI', 'SESSION_KEY', 'WEBSSO'
]

/** Settings that replace others; tests of their own cover them. */
const replacements = [
  'OS_CLOUD', 'OS_CLIENT_CONFIG_FILE', 'OS_CLIENT_SECURE_FILE', 'OS_AUTH_TYPE', 'OS_TENANT_NAME',
  'OS_TENANT_ID', 'OS_DOMAIN_NAME', 'OS_DEFAULT_DOMAIN_NAME', 'OS_DEFAULT_DOMAIN', 'OS_SYSTEM_SCOPE',
  'OS_TRUST_ID', 'OS_APPLICATION_CREDENTIAL_ID', 'OS_APPLICATION_CREDENTIAL_NAME',
  'OS_APPLICATION_CREDENTIAL_SECRET'
]

t.test('the namespace depends on each setting that responses depend on, and on no other', async (t) => {
  const values: Record<string, unknown> = {
    OS_INTERFACE: 'internal', OS_ENDPOINT_TYPE: 'internal', OS_INSECURE: true
  }
  const changed = (name: string) => namespaceOf({ ...user, [name]: values[name] ?? 'http://other:5000/v3' })
  for (const name of relevant) t.not(changed(name), namespaceOf(user), name)
  for (const name of irrelevant) t.equal(changed(name), namespaceOf(user), name)
  const covered = [...relevant, ...irrelevant, ...replacements]
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
