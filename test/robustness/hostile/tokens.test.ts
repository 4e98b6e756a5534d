import type { AddressInfo } from 'node:net'
import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { projects, range, startService as startAuthenticated } from '#test/support/authenticated-service.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'
import { malformedTokens, tokens } from './tokens.js'

const { app, simulator } = await startService(t, { env: { AUTH: 'keystone' } })
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
// The calls of the start do not count.
await app.openstack.reach()
simulator.calls.splice(0)

const message = (url: string, lines: string[]) =>
  [`GET ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines, '', ''].join('\r\n')

const send = (lines: string[]) => sendRaw(port, message('/v1/openstack/projects/summary', lines))

t.test('no token that Keystone has not issued gives access', async (t) => {
  for (const lines of [[], ...tokens]) {
    const received = await send(lines)
    const [response, ...others] = responsesIn(received)
    const { statusCode, headers } = response!
    const name = lines.join().slice(0, 60)
    t.same(others, [], name)
    t.ok([400, 401].includes(statusCode), `${statusCode} to ${name}`)
    t.match(headers['content-type'], /^application\/problem\+json(;|$)/, name)
    if (statusCode === 401) t.match(headers['www-authenticate'], /^Keystone uri="http:\/\/[^"]*"$/, name)
    t.notMatch(received, /node_modules|\\n {4}at |"projects":\[/, name)
  }
})

t.test('no malformed header gives access', async (t) => {
  for (const lines of malformedTokens) {
    t.equal(responsesIn(await send(lines))[0]!.statusCode, 400, JSON.stringify(lines))
  }
})

t.test('the service calls only Keystone, and only to validate tokens', async (t) => {
  const calls = new Set(simulator.calls.map(({ upstream, method, path }) => `${upstream} ${method} ${path}`))
  t.same([...calls], ['identity GET /v3/auth/tokens'])
  const validated = simulator.calls.map(({ headers }) => String(headers['x-subject-token']))
  t.same(validated.filter((token) => !/^[A-Za-z0-9._~+/-]{1,4096}={0,2}$/.test(token)), [])
})

t.test('no revoked, expired or foreign token gives access, and no token to another project', async (t) => {
  const service = await startAuthenticated(t)
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = service.app.server.address() as AddressInfo
  const statusOf = async (url: string, token: string) =>
    responsesIn(await sendRaw(port, message(url, [`X-Auth-Token: ${token}`])))[0]!.statusCode
  const urlsOf = (project: string, instance: string) => [
    `${projects}/${project}/instances?limit=5`,
    ...['cpuUsage', 'memUsage', 'networkIo'].map((usage) => `${projects}/${instance}/${usage}?${range}`)
  ]
  const [own, others] = [urlsOf(demoProjectId, demoInstanceId), urlsOf(adminProjectId, adminInstanceId)]
  const statuses = async (urls: string[], token: string) =>
    await Promise.all(urls.map((url) => statusOf(url, token)))

  const [used, revoked, unused, foreign] = [
    await service.tokenOf('demo'),
    await service.tokenOf('demo'),
    await service.tokenOf('demo'),
    await (await startAuthenticated(t)).tokenOf('demo')
  ]
  await service.revoke(revoked)
  t.same(await statuses(own, used), [200, 200, 200, 200])
  t.same(await statuses(own, revoked), [401, 401, 401, 401], 'revoked')
  t.same(await statuses(own, foreign), [401, 401, 401, 401], 'of another cloud')
  t.same(await statuses(others, used), [404, 404, 404, 404], 'of another project')
  t.same(await statuses(others, unused), [404, 404, 404, 404])
  t.equal(await statusOf(others[0]!, await service.tokenOf('admin')), 200, 'the admin sees that project')

  service.clock.time += 3_600_000
  for (const token of [used, unused]) t.same(await statuses(own, token), [401, 401, 401, 401], 'expired')
})
