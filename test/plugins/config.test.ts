import t from 'tap'
import { buildApp } from '../../app.js'

const cloud = { OS_AUTH_URL: 'http://127.0.0.1:5000/v3', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden' }

/** Each bad environment, and the line that the start ends with. */
const refusals: Array<[Record<string, string>, RegExp]> = [
  [{}, /^OS_AUTH_URL is missing/],
  [{ ...cloud, PORT: 'http' }, /^PORT must be integer: the port to listen on/],
  [{ ...cloud, PORT: '70000' }, /^PORT must be <= 65535: /],
  [{ ...cloud, LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be equal to one of the allowed values \(trace, debug, .*\): /],
  [{ ...cloud, UPSTREAM_TIMEOUT: 'soon' }, /^UPSTREAM_TIMEOUT must match pattern .*: how long/],
  [{ ...cloud, UPSTREAM_TIMEOUT: '0s' }, /^UPSTREAM_TIMEOUT must be a duration from 1s to 3650d$/],
  [{ ...cloud, METRICS_MAX_AGE: '9999d' }, /^METRICS_MAX_AGE must be a duration/],
  [{ ...cloud, SETTLE_TIME: '0s' }, /^SETTLE_TIME must be a duration from 1s to 3650d$/],
  [{ ...cloud, SETTLE_TIME: '5' }, /^SETTLE_TIME must match pattern .*: how long after its end/],
  [{ ...cloud, CACHE: 'yes' }, /^CACHE must be equal to one of the allowed values \(on, off\): /],
  [{ ...cloud, INFLUX_URL: 'localhost:8086' }, /^INFLUX_URL must match pattern/],
  [{ ...cloud, OS_CACERT: '/nowhere.pem' }, /^OS_CACERT must be a PEM file/],
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
  const open = await buildApp({ env: { ...cloud, HOST: '0.0.0.0', ALLOW_UNAUTHENTICATED: 'true' } })
  await open.close()
})
