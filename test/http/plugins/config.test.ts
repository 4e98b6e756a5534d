import t from 'tap'
import { buildApp } from '#app.js'

const cloud = { OS_AUTH_URL: 'http://127.0.0.1:5000/v3', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden' }

/** Each bad environment, and the line that the start ends with. */
const refusals: Array<[Record<string, string>, RegExp]> = [
  [{}, /^OS_AUTH_URL is missing/],
  [{ ...cloud, PORT: 'http' }, /^PORT must be integer: port to listen on/],
  [{ ...cloud, PORT: '70000' }, /^PORT must be <= 65535: /],
  [{ ...cloud, LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be equal to one of the allowed values \(trace, debug, .*\): /],
  [{ ...cloud, UPSTREAM_TIMEOUT: 'soon' }, /^UPSTREAM_TIMEOUT must match pattern .*: /],
  [{ ...cloud, UPSTREAM_TIMEOUT: '0s' }, /^UPSTREAM_TIMEOUT must be a duration from 1s to 3650d$/],
  [{ ...cloud, SHUTDOWN_GRACE: '0' }, /^SHUTDOWN_GRACE must match pattern .*: /],
  [{ ...cloud, SHUTDOWN_GRACE: '61m' }, /^SHUTDOWN_GRACE must be at most 1h$/],
  [{ ...cloud, METRICS_MAX_AGE: '9999d' }, /^METRICS_MAX_AGE must be a duration/],
  [{ ...cloud, SETTLE_TIME: '0s' }, /^SETTLE_TIME must be a duration from 1s to 3650d$/],
  [{ ...cloud, SETTLE_TIME: '5' }, /^SETTLE_TIME must match pattern .*: how long after its end/],
  [{ ...cloud, AUTH: 'basic' }, /^AUTH must be equal to one of the allowed values \(none, keystone\): /],
  [{ ...cloud, UPSTREAM_TIMEOUT: '3601s' }, /^UPSTREAM_TIMEOUT must be at most 1h$/],
  [{ ...cloud, TOKEN_CACHE_TIME: '301s' }, /^TOKEN_CACHE_TIME must be at most 5m$/],
  [{ ...cloud, TOKEN_CACHE_TIME: '0s' }, /^TOKEN_CACHE_TIME must be a duration/],
  [{ ...cloud, TOKEN_CACHE_TIME: '60' }, /^TOKEN_CACHE_TIME must match pattern .*: /],
  [{ ...cloud, WWW_AUTHENTICATE_URI: 'cloud.example.org' }, /^WWW_AUTHENTICATE_URI must match pattern/],
  [{ ...cloud, CACHE: 'yes' }, /^CACHE must be equal to one of the allowed values \(on, off\): /],
  [{ ...cloud, REDIS_URL: 'localhost:6379' }, /^REDIS_URL must be redis:\/\//],
  [{ ...cloud, REDIS_URL: 'redis://hidden@localhost' }, /^REDIS_URL must be redis:\/\//],
  [{ ...cloud, INFLUX_URL: 'localhost:8086' }, /^INFLUX_URL must match pattern/],
  [{ ...cloud, OS_CACERT: '/nowhere.pem' }, /^OS_CACERT must be a PEM file/],
  [{ ...cloud, TLS_CERT: '/nowhere.pem' }, /^TLS_KEY is missing/],
  [{ ...cloud, TRUST_PROXY: 'true' }, /^TRUST_PROXY must be addresses and CIDRs, such as 10\.0\.0\.0\/8: "true" is neither$/],
  [{ ...cloud, TRUST_PROXY: '1' }, /^TRUST_PROXY must be .*: "1" is neither$/],
  [{ ...cloud, TRUST_PROXY: '10.0.0.1, 0.0.0.0/0' }, /^TRUST_PROXY must be .*: "0\.0\.0\.0\/0" is neither$/],
  [{ ...cloud, TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY must be /],
  [{ ...cloud, TRUST_PROXY: '10.0.0.0/8/8' }, /^TRUST_PROXY must be /],
  [{ ...cloud, TRUST_PROXY: 'proxy.example.org' }, /^TRUST_PROXY must be /],
  [{ ...cloud, CORS_ORIGINS: '*' }, /^CORS_ORIGINS must be origins, .*: "\*" is none$/],
  [{ ...cloud, CORS_ORIGINS: 'https://a.example, https://*.example' }, /^CORS_ORIGINS must be .*: "https:\/\/\*\.example" is none$/],
  [{ ...cloud, CORS_ORIGINS: 'https://a.example/' }, /^CORS_ORIGINS must be /],
  [{ ...cloud, CORS_ORIGINS: 'https://a.example:443' }, /^CORS_ORIGINS must be /],
  [{ ...cloud, CORS_ORIGINS: 'a.example' }, /^CORS_ORIGINS must be /],
  [{ ...cloud, CORS_ORIGINS: 'null' }, /^CORS_ORIGINS must be /],
  [{ ...cloud, WWW_AUTHENTICATE_URI: 'http://' }, /^WWW_AUTHENTICATE_URI must be the URL of Keystone/],
  [{ ...cloud, RATE_LIMIT: '0' }, /^RATE_LIMIT must be >= 1: requests per minute/],
  [{ ...cloud, RATE_LIMIT: '1.5' }, /^RATE_LIMIT must be integer: /],
  [{ ...cloud, CONCURRENCY_LIMIT: 'many' }, /^CONCURRENCY_LIMIT must be integer: /],
  [{ ...cloud, HOST: '0.0.0.0' }, /^HOST must be a loopback address, not 0\.0\.0\.0/],
  [{ ...cloud, HOST: '::' }, /^HOST must be a loopback address/]
]

for (const [env, line] of refusals) {
  t.test(`does not start with ${JSON.stringify(env)}`, async (t) => {
    const err = await buildApp({ env }).then(() => undefined, (err: Error) => err)
    t.equal(err?.name, 'InvalidSetting')
    t.match(err?.message, line)
    t.notMatch(err?.message, /\n|hidden/)
  })
}

t.test('starts without its upstreams, with what is set to nothing at its default', async (t) => {
  for (const HOST of ['', '127.0.0.2', '::1', 'localhost']) {
    const app = await buildApp({ env: { ...cloud, HOST, PORT: '' } })
    t.equal(app.config.PORT, 8080)
    t.equal(app.config.HOST, HOST || '127.0.0.1')
    await app.close()
  }
  for (const env of [{ ALLOW_UNAUTHENTICATED: 'true' }, { AUTH: 'keystone' }]) {
    const open = await buildApp({ env: { ...cloud, HOST: '0.0.0.0', ...env } })
    await open.close()
  }
  const never = await buildApp({ env: { ...cloud, AUTH: 'keystone', TOKEN_CACHE_TIME: '0' } })
  await never.close()
})

t.test('listens where others reach it only when told to, and says once what that means', async (t) => {
  const lines: string[] = []
  const logger = { stream: { write: (line: string) => { lines.push(line) } } }
  const app = await buildApp({ env: { ...cloud, HOST: '0.0.0.0', ALLOW_UNAUTHENTICATED: 'true' }, logger })
  await app.close()
  t.match(lines.map((line) => JSON.parse(line)), [{ level: 40, address: '0.0.0.0', msg: /^unauthenticated clients that reach this address/ }])
  t.equal(lines.length, 1)
})
