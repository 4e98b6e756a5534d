import { on } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
import {
  projects, range, startService as startAuthenticated, summary
} from '#test/support/authenticated-service.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'

const request = (url: string) => `GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
const cpuUsage = request('/v1/openstack/projects/of-none/cpuUsage?defaultTimeRange=10m&groupBy=1m')

t.test('limits the concurrent requests of a client', async (t) => {
  const { app, simulator } = await startService(t, { env: { CONCURRENCY_LIMIT: '2' } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const send = async (message: string) => responsesIn(await sendRaw(port, message))[0]!
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'hang' : undefined

  const arrivals = on(app.server, 'request')
  const hanging = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => {}))
  for (const socket of hanging) {
    socket.write(cpuUsage)
    await arrivals.next()
  }
  const rejected = await send(cpuUsage)
  t.equal(rejected.statusCode, 429)
  const problem = { title: 'Too Many Requests', status: 429, detail: 'Too many concurrent requests.' }
  t.match(JSON.parse(rejected.body), problem)
  t.equal(rejected.headers['retry-after'], '1')
  t.equal((await send(request('/healthz'))).statusCode, 200, 'health checks are not counted')

  simulator.intercept = undefined
  for (const socket of hanging) socket.destroy()
  while ((await send(cpuUsage)).statusCode === 429) {
    t.comment('the server has not noticed the disconnects yet')
  }
  const statuses = []
  for (let n = 0; n < 5; n++) statuses.push((await send(cpuUsage)).statusCode)
  t.same(statuses, Array(5).fill(200), 'a completed request is not counted any more')
})

t.test('counts no pipelined request of a closed connection', async (t) => {
  const { app, simulator } = await startService(t, { env: { CONCURRENCY_LIMIT: '3' } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'hang' : undefined

  const [connections, arrivals] = [on(app.server, 'connection'), on(app.server, 'request')]
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write(cpuUsage.replace('close', 'keep-alive').repeat(3))
  const { value: [served] } = await connections.next() as { value: [Socket] }
  for (let n = 0; n < 3; n++) await arrivals.next()
  const closed = new Promise((resolve) => served.once('close', resolve))
  socket.resetAndDestroy()
  await closed

  simulator.intercept = undefined
  const diskRead = cpuUsage.replace('cpuUsage', 'diskRead')
  const received = await Promise.all([1, 2, 3].map(() => sendRaw(port, diskRead)))
  t.same(received.map((text) => responsesIn(text)[0]!.statusCode), [200, 200, 200])
})

/** Starts a service that allows each caller one request at a time, and holds upstream calls on demand. */
async function startHolding (t: Parameters<typeof startAuthenticated>[0], env: Record<string, string> = {}) {
  const service = await startAuthenticated(t, { CONCURRENCY_LIMIT: '1', UPSTREAM_TIMEOUT: '1m', ...env })
  const { app, simulator } = service
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const send = async (token: string, url = summary) => responsesIn(
    await sendRaw(port, request(url).replace('\r\n\r\n', `\r\nX-Auth-Token: ${token}\r\n\r\n`))
  )[0]!.statusCode
  /** Sends a request that stays in flight from this call of an upstream on. */
  const hold = async (token: string, url: string, held: string) => {
    const isHeld = ({ method, path }: { method: string, path: string }) => `${method} ${path}` === held
    simulator.calls.length = 0
    simulator.intercept = (call) => isHeld(call) ? 'hang' : undefined
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    t.teardown(() => socket.destroy())
    socket.write(request(url).replace('\r\n\r\n', `\r\nX-Auth-Token: ${token}\r\n\r\n`))
    while (!simulator.calls.some(isHeld)) await nextTimer()
    simulator.intercept = undefined
    return socket
  }
  return { ...service, send, hold }
}

const nextTimer = () => new Promise((resolve) => setTimeout(resolve, 10))

t.test('counts all tokens of a user together, and each user behind one address on its own', async (t) => {
  const { hold, send, tokenOf } = await startHolding(t)
  const [one, two, credential] =
    [await tokenOf('demo'), await tokenOf('demo'), await tokenOf('demoCredential')]
  const [admin, monitor] = [await tokenOf('admin'), await tokenOf('monitor')]
  const socket = await hold(one, `${projects}/of-none/cpuUsage?${range}`, 'POST /query')
  t.same([await send(one), await send(two), await send(credential)], [429, 429, 429])
  t.same([await send(admin), await send(monitor)], [200, 200])
  socket.destroy()
  while (await send(one) === 429) t.comment('the server has not noticed the disconnect yet')
  t.same([await send(two), await send(one), await send(credential)], [200, 200, 200])
})

t.test('counts the users of a project together with LIMIT_BY=project', async (t) => {
  const { hold, send, tokenOf } = await startHolding(t, { LIMIT_BY: 'project' })
  const [demo, guest, admin] = [await tokenOf('demo'), await tokenOf('guest'), await tokenOf('admin')]
  t.equal(await send(guest), 403)
  await hold(demo, `${projects}/of-none/cpuUsage?${range}`, 'POST /query')
  t.same([await send(guest), await send(admin)], [429, 200])
})

t.test('counts a request for its address while its token is validated', async (t) => {
  const { hold, send, tokenOf } = await startHolding(t)
  const demo = await tokenOf('demo')
  t.equal(await send(demo), 200)
  const socket = await hold('made-up', summary, 'GET /v3/auth/tokens')
  t.equal(await send('another'), 429)
  t.equal(await send(demo), 200, 'a validated token has its own count')
  socket.destroy()
  while (await send('another') === 429) t.comment('the server has not noticed the disconnect yet')
  t.equal(await send('a-third'), 401)
})
