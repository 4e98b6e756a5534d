import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { buildApp } from '#app.js'
import { startSimulator } from '#simulator/simulator.js'
import { startPair } from './pair.js'
import { series, summary } from '#test/support/redis/replicas.js'
import { freePort, startRedis } from '#test/support/redis/server.js'

const password = 's3cr#t/é@:'
const folder = t.testdir({})
const file = (name: string) => join(folder, name)
const openssl = [
  'req',
  '-x509',
  '-newkey',
  'rsa:2048',
  '-nodes',
  '-days',
  '2',
  '-subj',
  '/CN=localhost',
  '-addext',
  'subjectAltName=IP:127.0.0.1'
]
execFileSync('openssl', [...openssl, '-keyout', file('key.pem'), '-out', file('cert.pem')], {
  stdio: 'ignore'
})

const login = `:${encodeURIComponent(password)}@`
const tlsPort = await freePort()
const redis = await startRedis(t, ['--requirepass', password, '--tls-port', String(
  tlsPort
), '--tls-auth-clients', 'no',
'--tls-cert-file', file(
  'cert.pem'
), '--tls-key-file', file('key.pem'), '--tls-ca-cert-file', file('cert.pem')], login)
if (redis) {
  const { url, port, client, keys } = redis
  const cpu = series('cpuUsage')
  t.beforeEach(async () => { await client.flushall() })

  /** That two services over a Redis share. */
  const share = async (t: Test, url: string, env?: Record<string, string>) => {
    const { a, b, calls } = await startPair(t, url, { env })
    await a(cpu)
    calls()
    t.equal((await b(cpu)).statusCode, 200)
    t.equal(calls(), 0)
  }

  /**
   * That a service answers while Redis does not take it in, and says so once, with a reason and with no
   * secret.
   */
  const doWithout = async (t: Test, url: string, reason: string) => {
    const simulator = await startSimulator({ projects: 0, instances: 0 })
    const log: string[] = []
    const app = await buildApp({
      env: { ...simulator.env, REDIS_URL: url },
      logger: { stream: { write: (line: string) => { log.push(line) } } }
    })
    t.teardown(async () => {
      await app.close()
      await simulator.close()
    })
    const told = () => log.filter((line) => line.includes('Redis'))
    for (let tries = 0; tries < 3; tries++) {
      t.equal((await app.inject(summary)).statusCode, 200)
      await new Promise((resolve) => app.redis!.once('reconnecting', resolve))
    }
    t.match(told().map((line) => JSON.parse(line)), [{ level: 40, reason }])
    t.notMatch(log.join(''), /wrong|s3cr/)
    t.equal(app.redis!.status === 'ready', false)
  }

  t.test('a Redis that asks for a password', (t) => share(t, url))

  t.test('one with users', async (t) => {
    await client.call('acl', 'setuser', 'ann', 'on', `>${password}`, '~openstack-monitoring-api:*', '+@all')
    await share(t, `redis://ann${login}127.0.0.1:${port}`)
  })

  t.test(
    'one over TLS, with a CA of its own',
    (t) => share(t, `rediss://${login}127.0.0.1:${tlsPort}`, { OS_CACERT: file('cert.pem') })
  )

  t.test('a database of its own', async (t) => {
    await share(t, `${url}/3`)
    t.same(await keys(), [])
    await client.select(3)
    t.equal((await keys()).length, 1)
    await client.select(0)
  })

  t.test('a password that is wrong', (t) => doWithout(t, url.replace(login, ':wrong@'), 'WRONGPASS'))
  t.test('no password where one is asked for', (t) => doWithout(t, url.replace(login, ''), 'NOAUTH'))
  t.test(
    'a certificate that is not trusted',
    (t) => doWithout(t, `rediss://${login}127.0.0.1:${tlsPort}`, 'self-signed certificate')
  )

  t.test('one that is full', async (t) => {
    const { a, b, calls, log } = await startPair(t, url)
    const { body } = await a(cpu)
    await keys()
    await client.config('SET', 'maxmemory', '1')
    t.teardown(() => client.config('SET', 'maxmemory', '0'))
    calls()
    t.match(await b(cpu), { statusCode: 200, body })
    t.equal(calls(), 0, 'what is there already is shared on')
    for (const get of [a, a, b, b]) t.equal((await get(summary)).statusCode, 200)
    t.match(
      log.filter((line) => line.includes('Redis rejects commands')).map((line) => JSON.parse(line)),
      [{ reason: 'OOM' }, { reason: 'OOM' }],
      'each says so once'
    )
    await client.config('SET', 'maxmemory', '0')
    await a(series('memUsage'))
    calls()
    await b(series('memUsage'))
    t.equal(calls(), 0)
  })
}
