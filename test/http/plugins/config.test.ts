import t from 'tap'
import { buildApp } from '#app.js'
import { Settings } from '#lib/config/settings.js'
import { loadConfig } from '#plugins/config.js'

const cloud = { OS_AUTH_URL: 'http://127.0.0.1:5000/v3', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden' }

const urlSettings = Object.entries(Settings.properties)
  .filter(([, schema]) => 'format' in schema && schema.format === 'http-url')
  .map(([name]) => name)

/** One of each kind. The tests of `isHttpUrl` have more. */
const invalidUrls = [
  'localhost:5000/v3', 'ftp://host', 'http:///v3', 'http://host:99999', 'http://host\n', 'http://host?hidden'
]

/** Each invalid setting beside those of the cloud, and the error message. */
const invalidSettings: Array<[Record<string, string>, RegExp]> = [
  [{ PORT: 'http' }, /^PORT must be integer: port to listen on/],
  [{ PORT: '70000' }, /^PORT must be <= 65535: /],
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be equal to one of the allowed values \(trace, debug, .*\): /],
  [{ UPSTREAM_TIMEOUT: 'soon' }, /^UPSTREAM_TIMEOUT must match pattern .*: deadline of one request/],
  [{ UPSTREAM_TIMEOUT: '0s' }, /^UPSTREAM_TIMEOUT must be a duration from 1s to 3650d$/],
  [{ SHUTDOWN_GRACE: '0' }, /^SHUTDOWN_GRACE must match pattern .*: how long/],
  [{ SHUTDOWN_GRACE: '61m' }, /^SHUTDOWN_GRACE must be at most 1h$/],
  [{ METRICS_MAX_AGE: '9999d' }, /^METRICS_MAX_AGE must be a duration/],
  [{ SETTLE_TIME: '0s' }, /^SETTLE_TIME must be a duration from 1s to 3650d$/],
  [{ SETTLE_TIME: '5' }, /^SETTLE_TIME must match pattern .*: how long after its end/],
  [{ AUTH: 'keystone', WEBSSO: 'openid' }, /^WEBSSO must be identity providers/],
  [{ SESSION_KEY: 'hidden' }, /^SESSION_KEY must match pattern .*: key that seals/],
  ...['0', '65', '1.5', 'all'].map((WORKERS): [Record<string, string>, RegExp] =>
    [{ WORKERS }, /^WORKERS must match pattern .*: processes that serve/]),
  [{ AUTH: 'basic' }, /^AUTH must be equal to one of the allowed values \(none, keystone\): /],
  [{ UPSTREAM_TIMEOUT: '3601s' }, /^UPSTREAM_TIMEOUT must be at most 1h$/],
  [{ TOKEN_CACHE_TIME: '301s' }, /^TOKEN_CACHE_TIME must be at most 5m$/],
  [{ TOKEN_CACHE_TIME: '0s' }, /^TOKEN_CACHE_TIME must be a duration/],
  [{ TOKEN_CACHE_TIME: '60' }, /^TOKEN_CACHE_TIME must match pattern .*: how long/],
  [{ CACHE: 'yes' }, /^CACHE must be equal to one of the allowed values \(on, off\): /],
  [{ REDIS_URL: 'localhost:6379' }, /^REDIS_URL must be redis:\/\//],
  [{ REDIS_URL: 'redis://hidden@localhost' }, /^REDIS_URL must be redis:\/\//],
  ...urlSettings.flatMap((name) => invalidUrls.map((url): [Record<string, string>, RegExp] =>
    [{ [name]: url }, new RegExp(`^${name} must be an http:// or`)])),
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://ann:hidden@host' }, /^OTEL_EXPORTER_OTLP_ENDPOINT must be .* user/],
  [{ OS_AUTH_URL: 'http://ann:hidden@host' }, /^OS_AUTH_URL must be .* without a user/],
  [{ INFLUX_URL: 'http://ann:hid%zzden@host' }, /^INFLUX_URL must be .* without a user/],
  [{ INFLUX_URL: 'http://:hidden@host' }, /^INFLUX_URL must be .* without a user/],
  [{ PROMETHEUS_URL: 'http://ann:hidden@p:9090' }, /^PROMETHEUS_URL must be .* without a user/],
  [
    { PROMETHEUS_URL: 'http://p:9090', INFLUX_URL: 'http://i:8086' },
    /^PROMETHEUS_URL must not be set beside INFLUX_URL/
  ],
  [{ PROMETHEUS_URL: 'http://p:9090', PROMETHEUS_TOKEN: 'hidden\n' }, /^PROMETHEUS_TOKEN must match pattern/],
  [{ PROMETHEUS_URL: 'http://p:9090', PROMETHEUS_TENANT: 'ä' }, /^PROMETHEUS_TENANT must match pattern/],
  [
    { PROMETHEUS_URL: 'http://p:9090', METRICS_PROFILE: 'collectd' },
    /^METRICS_PROFILE must be equal to one of the allowed values \(monasca, inovex, /
  ],
  [
    { PROMETHEUS_URL: 'http://p:9090', METRICS_PROFILE: 'monasca' },
    /^METRICS_PROFILE must not be monasca with PROMETHEUS_URL$/
  ],
  [{ METRICS_PROFILE: 'inovex' }, /^METRICS_PROFILE must be monasca, not inovex, without PROMETHEUS_URL$/],
  [{ METRICS_INTERVAL: '2h' }, /^METRICS_INTERVAL must be at most 1h$/],
  [{ HTTPS_PROXY: 'socks5://ann:hidden@proxy' }, /^HTTPS_PROXY must be the URL of an HTTP proxy/],
  [{ http_proxy: 'http://ann:hidden@' }, /^HTTP_PROXY must be the URL of an HTTP proxy/],
  [{ INFLUX_DATABASE: 'mon_%(project)s' }, /^INFLUX_DATABASE must match pattern .*: database with/],
  [{ INFLUX_DATABASE: '%(project_id)s" %(project_id)s' }, /^INFLUX_DATABASE must match pattern/],
  [{ OS_CACERT: '/nowhere.pem' }, /^OS_CACERT must be a PEM file/],
  [{ OS_CERT: '/nowhere.pem', OS_KEY: '/nowhere.pem' }, /^OS_CERT must be a PEM file/],
  [{ OS_KEY: '/nowhere.pem' }, /^OS_CERT is missing: OS_KEY needs it$/],
  [{ OS_AUTH_TYPE: 'v3oidcpassword' }, /^OS_AUTH_TYPE must be equal to one of the allowed values/],
  [{ OS_TRUST_ID: 't1' }, /^OS_TRUST_ID is a scope that the service cannot use/],
  [{ TLS_CERT: '/nowhere.pem' }, /^TLS_KEY is missing/],
  [
    { TRUST_PROXY: 'true' },
    /^TRUST_PROXY must be addresses and CIDRs, such as 10\.0\.0\.0\/8: "true" is neither$/
  ],
  [{ MANAGEMENT_LISTEN: '9090' }, /^MANAGEMENT_LISTEN must match pattern /],
  [{ MANAGEMENT_LISTEN: ':9090' }, /^MANAGEMENT_LISTEN must match pattern /],
  [{ MANAGEMENT_LISTEN: '::1:9090' }, /^MANAGEMENT_LISTEN must match pattern /],
  [{ MANAGEMENT_LISTEN: '127.0.0.1:70000' }, /^MANAGEMENT_LISTEN must have a port up to 65535$/],
  [{ MANAGEMENT_LISTEN: '127.0.0.1:8080' }, /^MANAGEMENT_LISTEN must have another port than PORT, /],
  [{ TRUST_PROXY: '1' }, /^TRUST_PROXY must be .*: "1" is neither$/],
  [{ TRUST_PROXY: '10.0.0.1, 0.0.0.0/0' }, /^TRUST_PROXY must be .*: "0\.0\.0\.0\/0" is neither$/],
  [{ TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY must be /],
  [{ TRUST_PROXY: '10.0.0.0/8/8' }, /^TRUST_PROXY must be /],
  [{ TRUST_PROXY: 'proxy.example.org' }, /^TRUST_PROXY must be /],
  [{ CORS_ORIGINS: '*' }, /^CORS_ORIGINS must be origins, .*: "\*" is none$/],
  [
    { CORS_ORIGINS: 'https://a.example, https://*.example' },
    /^CORS_ORIGINS must be .*: "https:\/\/\*\.example" is none$/
  ],
  [{ CORS_ORIGINS: 'https://a.example/' }, /^CORS_ORIGINS must be /],
  [{ CORS_ORIGINS: 'https://a.example:443' }, /^CORS_ORIGINS must be /],
  [{ CORS_ORIGINS: 'a.example' }, /^CORS_ORIGINS must be /],
  [{ CORS_ORIGINS: 'null' }, /^CORS_ORIGINS must be /],
  [{ RATE_LIMIT: '0' }, /^RATE_LIMIT must be >= 1: requests per minute/],
  [{ RATE_LIMIT: '1.5' }, /^RATE_LIMIT must be integer: /],
  [{ CONCURRENCY_LIMIT: 'many' }, /^CONCURRENCY_LIMIT must be integer: /],
  [{ ABSENT_SERVICES: 'compute' }, /^ABSENT_SERVICES must match pattern .*: services that the cloud/],
  [{ ABSENT_SERVICES: 'network block-storage' }, /^ABSENT_SERVICES must match pattern/],
  [{ HOST: '0.0.0.0' }, /^HOST must be a loopback address, not 0\.0\.0\.0/],
  [{ HOST: '::' }, /^HOST must be a loopback address/]
]

const environments: Array<[Record<string, string>, RegExp]> = [
  [{}, /^OS_AUTH_URL is missing/],
  ...invalidSettings.map(([env, message]) => [{ ...cloud, ...env }, message] as [typeof env, RegExp])
]
for (const [env, message] of environments) {
  t.test(`does not start with ${JSON.stringify(env)}`, async (t) => {
    const err = await buildApp({ env }).then(() => undefined, (err: Error) => err)
    t.equal(err?.name, 'InvalidSetting')
    t.match(err?.message, message)
    t.notMatch(err?.message, /\n|hidden/)
  })
}

t.test('starts without its upstreams, and uses the default of an empty variable', async (t) => {
  for (const HOST of ['', '127.0.0.2', '::1', 'localhost']) {
    const app = await buildApp({ env: { ...cloud, HOST, PORT: '' } })
    t.equal(app.config.PORT, 8080)
    t.equal(app.config.HOST, HOST || '127.0.0.1')
    await app.close()
  }
  const others = [
    { HOST: '0.0.0.0', ALLOW_UNAUTHENTICATED: 'true' },
    { HOST: '0.0.0.0', AUTH: 'keystone' },
    { AUTH: 'keystone', TOKEN_CACHE_TIME: '0' },
    { METRICS_PROFILE: 'monasca' },
    { PROMETHEUS_URL: 'https://mimir/prometheus', PROMETHEUS_TENANT: 'a|b', METRICS_PROFILE: 'libvirtd' }
  ]
  for (const env of others) {
    const app = await buildApp({ env: { ...cloud, ...env } })
    await app.close()
  }
})

t.test('takes settings that are loaded already, instead of those of the environment', async (t) => {
  const config = await loadConfig({ ...cloud, PORT: '9090' })
  const app = await buildApp({ config, env: { PORT: '9091' } })
  t.equal(app.config, config)
  await app.close()
})

t.test('takes the login out of INFLUX_URL', async (t) => {
  const app = await buildApp({ env: { ...cloud, INFLUX_URL: 'http://ann:hidden@127.0.0.1:1' } })
  t.match(app.config, {
    INFLUX_URL: 'http://127.0.0.1:1', INFLUX_USERNAME: 'ann', INFLUX_PASSWORD: 'hidden'
  })
  await app.close()
})

t.test('warns once that unauthenticated clients reach the service', async (t) => {
  const warnings = async (env: Record<string, string | undefined>) => {
    const lines: string[] = []
    const logger = { level: 'warn', stream: { write: (line: string) => { lines.push(line) } } }
    const app = await buildApp({ env: { ...cloud, ...env }, logger })
    await app.close()
    return lines.map((line) => JSON.parse(line))
  }
  const open = { HOST: '0.0.0.0', ALLOW_UNAUTHENTICATED: 'true' }
  const lines = await warnings(open)
  t.match(lines, [{ level: 40, address: '0.0.0.0', msg: /^unauthenticated clients that reach this address/ }])
  t.equal(lines.length, 1)
  for (const env of [{ AUTH: 'keystone' }, { HOST: '127.0.0.1' }]) {
    t.same(await warnings({ ...open, ...env }), [])
  }
  t.same(await warnings({ HOST: '0.0.0.0', AUTH: 'keystone' }), [])
})
