import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'
import { malformedTokens, tokens } from './tokens.js'

const { app, simulator } = await startService(t, { env: { AUTH: 'keystone' } })
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
// The calls of the start do not count.
await app.openstack.reach()
simulator.calls.splice(0)

const head = ['GET /v1/openstack/projects/summary HTTP/1.1', 'Host: localhost', 'Connection: close']
const send = (lines: string[]) => sendRaw(port, [...head, ...lines, '', ''].join('\r\n'))

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
