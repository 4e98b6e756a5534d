import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { request } from 'undici'
import { logger } from '#lib/observability/logger.js'
import { startService } from '#test/support/service.js'

/** A service that listens, what it has logged of requests that are over, and how often it has counted some. */
async function startCounted (t: Test, options: Parameters<typeof startService>[1]) {
  const lines: string[] = []
  const stream = new Writable({ write (chunk, _, done) { lines.push(...String(chunk).trim().split('\n')); done() } })
  const service = await startService(t, { ...options, logger: { ...logger, stream } })
  const { app } = service
  return {
    ...service,
    port: async () => {
      await app.listen({ host: '127.0.0.1', port: 0 })
      return (app.server.address() as AddressInfo).port
    },
    over: () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'client disconnected' || msg === 'request completed'),
    /** The series of requests to the API, without their buckets. */
    counted: async () => (await app.inject('/metrics')).body.split('\n').filter((line) => /^\w+http_request_duration_seconds_(?:count|sum)\{.*route="\/v1/.test(line))
  }
}

const series = '/v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage?defaultTimeRange=1h&groupBy=1m'

t.test('a read that others wait for goes on when the one who began it hangs up', async (t) => {
  const { app, count } = await startService(t, { env: { CACHE: 'on' }, latency: 500 })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const asked = () => count('metrics', '/query')

  const first = connect(port, '127.0.0.1')
  first.write(`GET ${series} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  // It is received before it is answered, half a second later.
  while (asked() === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  const second = request(`http://127.0.0.1:${port}${series}`)
  first.destroy()
  await once(first, 'close')

  const { statusCode, body } = await second
  t.equal(statusCode, 200)
  t.match(await body.json(), [{ name: 'cpu', metric: [{ usage: Number }] }])
  t.equal(asked(), 1)
  t.equal((await app.inject(series)).statusCode, 200)
  t.equal(asked(), 1, 'and is kept')
})

t.test('who leaves before the answer is counted and logged once, as are those who wait behind', async (t) => {
  const { app, count, over, counted, port } = await startCounted(t, { latency: 1_000 })
  const socket = connect(await port(), '127.0.0.1')
  socket.write(`GET ${series} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(2))
  while (count('metrics', '/query') === 0) await sleep(10)
  socket.destroy()
  while (over().length < 2) await sleep(10)
  const { method, path, query, ms, status, requestId } = over()[0]
  t.match({ method, path, query, status, requestId }, { method: 'GET', path: series.split('?')[0], query: undefined, status: 499, requestId: /^req-/ })
  t.ok(ms < 1_000, 'as long as it took until then')
  // The answer that nobody waits for is made all the same: it is not told of.
  while (!/requests_active\{upstream="metrics"\} 0/.test((await app.inject('/metrics')).body)) await sleep(10)
  await sleep(100)
  t.same(over().filter(({ path }) => path !== '/metrics').map(({ status, msg }) => [status, msg]), [[499, 'client disconnected'], [499, 'client disconnected']])
  const [sum, calls, ...others] = await counted()
  t.same(others, [])
  t.match(sum, /_sum\{method="GET",route="\/v1\/openstack\/projects\/:instanceId\/cpuUsage",status="499"\} 0\.\d+$/)
  t.match(calls, /_count\{.*status="499"\} 2$/)
})

t.test('who leaves while a token is validated is counted, too', async (t) => {
  const { count, over, counted, port } = await startCounted(t, { latency: 1_000, env: { AUTH: 'keystone' } })
  const socket = connect(await port(), '127.0.0.1')
  socket.write(`GET ${series} HTTP/1.1\r\nhost: localhost\r\nx-auth-token: unknown\r\n\r\n`)
  while (count('identity') === 0) await sleep(10)
  // To end one's own side is to leave as well.
  socket.end()
  while (over().length < 1) await sleep(10)
  t.match(over(), [{ status: 499, msg: 'client disconnected' }])
  t.match((await counted()).filter((line) => line.includes('_count')), [/status="499"\} 1$/])
})

t.test('who was answered has not left', async (t) => {
  const { app, over, counted, port } = await startCounted(t, {})
  // Before Node sees that the request was whole: later it does not call it aborted.
  app.addHook('onResponse', ({ raw }, reply, done) => {
    raw.destroy()
    done()
  })
  const aborted = new Promise<void>((resolve) => {
    app.addHook('onRequestAbort', (request, done) => {
      resolve()
      done()
    })
  })
  const { statusCode, body } = await request(`http://127.0.0.1:${await port()}${series}`)
  t.equal(statusCode, 200)
  await body.dump()
  await aborted
  t.match(over(), [{ status: 200, msg: 'request completed' }])
  t.match((await counted()).filter((line) => line.includes('_count')), [/status="200"\} 1$/])
})
