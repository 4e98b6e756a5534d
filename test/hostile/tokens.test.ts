import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startService } from '../service.js'
import { answersIn, converse } from '../socket.js'
import { tokens, unreadable } from './tokens.js'

const { app, simulator } = await startService(t, { env: { AUTH: 'keystone' } })
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
// What is read at the start is none of what follows.
await app.openstack.reach()
simulator.calls.splice(0)

const ask = (lines: string[]) =>
  converse(port, ['GET /v1/openstack/projects/summary HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines, '', ''].join('\r\n'))

t.test('no token that Keystone has not given out opens anything', async (t) => {
  for (const lines of [[], ...tokens]) {
    const received = await ask(lines)
    const [answer, ...others] = answersIn(received)
    const name = lines.join().slice(0, 60)
    t.same(others, [], name)
    t.ok([400, 401].includes(answer!.statusCode), `${answer!.statusCode} to ${name}`)
    t.match(answer!.headers['content-type'], /^application\/problem\+json(;|$)/, name)
    if (answer!.statusCode === 401) t.match(answer!.headers['www-authenticate'], /^Keystone uri="http:\/\/[^"]*"$/, name)
    t.notMatch(received, /node_modules|\\n {4}at |"projects":\[/, name)
  }
})

t.test('nor does what is no header at all', async (t) => {
  for (const lines of unreadable) t.equal(answersIn(await ask(lines))[0]!.statusCode, 400, JSON.stringify(lines))
})

t.test('Keystone is asked about tokens alone, and nobody else is asked anything', async (t) => {
  const places = new Set(simulator.calls.map(({ role, method, path }) => `${role} ${method} ${path}`))
  t.same([...places], ['identity GET /v3/auth/tokens'])
  const asked = simulator.calls.map(({ headers }) => String(headers['x-subject-token']))
  t.same(asked.filter((token) => !/^[A-Za-z0-9._~+/-]{1,4096}={0,2}$/.test(token)), [])
})
