import { on } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
import { startService } from '#test/support/service.js'
import { answersIn, converse } from '#test/support/socket.js'

const asked = (url: string) => `GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
const series = asked('/v1/openstack/projects/of-none/cpuUsage?defaultTimeRange=10m&groupBy=1m')

t.test('answers so many requests of a caller at once', async (t) => {
  const { app, simulator } = await startService(t, { env: { CONCURRENCY_LIMIT: '2' } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const ask = async (message: string) => answersIn(await converse(port, message))[0]!
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'hang' : undefined

  const arrivals = on(app.server, 'request')
  const hanging = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => {}))
  for (const socket of hanging) {
    socket.write(series)
    await arrivals.next()
  }
  const refused = await ask(series)
  t.equal(refused.statusCode, 429)
  t.match(JSON.parse(refused.body), { title: 'Too Many Requests', status: 429, detail: 'Too many concurrent requests.' })
  t.equal(refused.headers['retry-after'], '1')
  t.equal((await ask(asked('/healthz'))).statusCode, 200, 'those who watch the service are not counted')

  simulator.intercept = undefined
  for (const socket of hanging) socket.destroy()
  while ((await ask(series)).statusCode === 429) t.comment('the server has not seen yet that they have hung up')
  const answers = []
  for (let n = 0; n < 5; n++) answers.push((await ask(series)).statusCode)
  t.same(answers, Array(5).fill(200), 'who has been answered has nothing under way')
})

t.test('counts nothing of a connection that is gone, whatever was asked on it at once', async (t) => {
  const { app, simulator } = await startService(t, { env: { CONCURRENCY_LIMIT: '3' } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'hang' : undefined

  const [connections, arrivals] = [on(app.server, 'connection'), on(app.server, 'request')]
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write(series.replace('close', 'keep-alive').repeat(3))
  const { value: [served] } = await connections.next() as { value: [Socket] }
  for (let n = 0; n < 3; n++) await arrivals.next()
  const closed = new Promise((resolve) => served.once('close', resolve))
  socket.resetAndDestroy()
  await closed

  simulator.intercept = undefined
  const answers = await Promise.all([1, 2, 3].map(async () => answersIn(await converse(port, series.replace('cpuUsage', 'diskRead')))[0]!.statusCode))
  t.same(answers, [200, 200, 200])
})
