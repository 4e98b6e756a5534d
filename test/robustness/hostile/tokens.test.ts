import type { AddressInfo } from 'node:net'
import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { projects, range, startService as startAsking } from '#test/support/authenticated-service.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'
import { tokens, unreadable } from './tokens.js'

const { app, simulator } = await startService(t, { env: { AUTH: 'keystone' } })
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
// What is read at the start is none of what follows.
await app.openstack.reach()
simulator.calls.splice(0)

const ask = (lines: string[]) =>
  sendRaw(
    port,
    [
      'GET /v1/openstack/projects/summary HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines, '', ''
    ].join('\r\n')
  )

t.test('no token that Keystone has not given out opens anything', async (t) => {
  for (const lines of [[], ...tokens]) {
    const received = await ask(lines)
    const [answer, ...others] = responsesIn(received)
    const name = lines.join().slice(0, 60)
    t.same(others, [], name)
    t.ok([400, 401].includes(answer!.statusCode), `${answer!.statusCode} to ${name}`)
    t.match(answer!.headers['content-type'], /^application\/problem\+json(;|$)/, name)
    if (answer!.statusCode === 401) {
      t.match(answer!.headers['www-authenticate'], /^Keystone uri="http:\/\/[^"]*"$/, name)
    }
    t.notMatch(received, /node_modules|\\n {4}at |"projects":\[/, name)
  }
})

t.test('nor does what is no header at all', async (t) => {
  for (const lines of unreadable) {
    t.equal(responsesIn(await ask(lines))[0]!.statusCode, 400, JSON.stringify(lines))
  }
})

t.test('Keystone is asked about tokens alone, and nobody else is asked anything', async (t) => {
  const places = new Set(simulator.calls.map(({ upstream, method, path }) => `${upstream} ${method} ${path}`))
  t.same([...places], ['identity GET /v3/auth/tokens'])
  const asked = simulator.calls.map(({ headers }) => String(headers['x-subject-token']))
  t.same(asked.filter((token) => !/^[A-Za-z0-9._~+/-]{1,4096}={0,2}$/.test(token)), [])
})

t.test('nor does a token that was good once, or is good elsewhere', async (t) => {
  const here = await startAsking(t)
  await here.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = here.app.server.address() as AddressInfo
  const ask = async (url: string, token: string) =>
    responsesIn(
      await sendRaw(
        port, `GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Auth-Token: ${token}\r\n\r\n`
      )
    )[0]!
  const urlsOf = (project: string, instance: string) =>
    [
      `${projects}/${project}/instances?limit=5`,
      ...['cpuUsage', 'memUsage', 'networkIo'].map((usage) => `${projects}/${instance}/${usage}?${range}`)
    ]
  const [own, others] = [urlsOf(demoProjectId, demoInstanceId), urlsOf(adminProjectId, adminInstanceId)]
  const statuses = async (urls: string[], token: string) =>
    (await Promise.all(urls.map((url) => ask(url, token)))).map(({ statusCode }) => statusCode)

  const [known, revoked, unused, foreign] = [
    await here.tokenOf('demo'),
    await here.tokenOf('demo'),
    await here.tokenOf('demo'),
    await (await startAsking(t)).tokenOf('demo')
  ]
  await here.revoke(revoked)
  t.same(await statuses(own, known), [200, 200, 200, 200])
  t.same(await statuses(own, revoked), [401, 401, 401, 401], 'revoked')
  t.same(await statuses(own, foreign), [401, 401, 401, 401], 'another cloud\'s')
  t.same(await statuses(others, known), [404, 404, 404, 404], 'another project\'s')
  t.same(await statuses(others, unused), [404, 404, 404, 404])
  t.equal(
    (await ask(others[0]!, await here.tokenOf('admin'))).statusCode, 200, 'and there is something to see'
  )

  here.clock.time += 3_600_000
  for (const token of [known, unused]) t.same(await statuses(own, token), [401, 401, 401, 401], 'expired')
})
