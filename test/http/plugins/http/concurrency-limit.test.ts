import { on } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
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
