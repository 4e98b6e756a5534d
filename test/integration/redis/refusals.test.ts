import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { buildApp } from '#app.js'
import { startSimulator } from '#simulator/simulator.js'
import { series, summary } from '#test/support/redis/replicas.js'
import { freePort, startRedis } from '#test/support/redis/server.js'
import { startPair } from './pair.js'

const password = 's3cr#t/é@:'
const folder = t.testdir({})
const file = (name: string) => join(folder, name)
execFileSync('openssl', [
  'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
  '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('cert.pem')
], { stdio: 'ignore' })

const login = `:${encodeURIComponent(password)}@`
const tlsPort = await freePort()
const redis = await startRedis(t, [
  '--requirepass', password, '--tls-port', String(tlsPort), '--tls-auth-clients', 'no',
  '--tls-cert-file', file('cert.pem'), '--tls-key-file', file('key.pem'),
  '--tls-ca-cert-file', file('cert.pem')
], login)
if (redis) {
  const { url, port, client, keys } = redis
  const tlsUrl = `rediss://${login}127.0.0.1:${tlsPort}`
  const cpu = series('cpuUsage')
  t.beforeEach(async () => { await client.flushall() })

  /** Tests that two services share values over a Redis. */
  const testSharing = async (t: Test, url: string, env?: Record<string, string>) => {
    const { a, b, calls } = await startPair(t, url, { env })
    await a(cpu)
    calls()
    t.equal((await b(cpu)).statusCode, 200)
    t.equal(calls(), 0)
  }

  /** Tests that a service works without Redis, and logs the reason once, without a secret. */
  const testRefusal = async (t: Test, url: string, reason: string) => {
    const simulator = await startSimulator({ projects: 0, instances: 0 })
    const log: string[] = []
    const logger = { stream: { write: (line: string) => { log.push(line) } } }
    const app = await buildApp({ env: { ...simulator.env, REDIS_URL: url, OVERLOAD_DELAY: '0' }, logger })
    t.teardown(async () => {
      await app.close()
      await simulator.close()
    })
    for (let attempts = 0; attempts < 3; attempts++) {
      t.equal((await app.inject(summary)).statusCode, 200)
      await new Promise((resolve) => app.redis!.once('reconnecting', resolve))
    }
    const lines = log.filter((line) => line.includes('Redis')).map((line) => JSON.parse(line))
    t.match(lines, [{ level: 40, reason }])
    t.notMatch(log.join(''), /wrong|s3cr/)
    t.not(app.redis!.status, 'ready')
  }

  t.test('services share over a Redis with a password', (t) => testSharing(t, url))

  t.test('services share over a Redis with users', async (t) => {
    await client.call('acl', 'setuser', 'ann', 'on', `>${password}`, '~openstack-monitoring-api:*', '+@all')
    await testSharing(t, `redis://ann${login}127.0.0.1:${port}`)
  })

  t.test('services share over TLS with a private CA', (t) =>
    testSharing(t, tlsUrl, { OS_CACERT: file('cert.pem') }))

  t.test('services share in the database of the URL', async (t) => {
    await testSharing(t, `${url}/3`)
    t.same(await keys(), [])
    await client.select(3)
    t.equal((await keys()).length, 1)
    await client.select(0)
  })

  t.test('the service works with a wrong password', (t) =>
    testRefusal(t, url.replace(login, ':wrong@'), 'WRONGPASS'))
  t.test('the service works without a required password', (t) =>
    testRefusal(t, url.replace(login, ''), 'NOAUTH'))
  t.test('the service works with an untrusted certificate', (t) =>
    testRefusal(t, tlsUrl, 'self-signed certificate'))

  t.test('a full Redis shares its stored values, and stores no others until it has room', async (t) => {
    const { a, b, calls, log } = await startPair(t, url)
    const { body } = await a(cpu)
    await keys()
    await client.config('SET', 'maxmemory', '1')
    t.teardown(() => client.config('SET', 'maxmemory', '0'))
    calls()
    t.match(await b(cpu), { statusCode: 200, body })
    t.equal(calls(), 0, 'stored values are shared')
    for (const get of [a, a, b, b]) t.equal((await get(summary)).statusCode, 200)
    const rejections = log.filter((line) => line.includes('Redis rejects commands'))
    const expected = [{ reason: 'OOM' }, { reason: 'OOM' }]
    t.match(rejections.map((line) => JSON.parse(line)), expected, 'each service logs it once')
    await client.config('SET', 'maxmemory', '0')
    await a(series('memUsage'))
    calls()
    await b(series('memUsage'))
    t.equal(calls(), 0)
  })
}
