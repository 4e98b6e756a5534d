import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { request } from 'undici'
import { recordLog } from '#test/support/log.js'
import { startService } from '#test/support/service.js'

/** Starts a service that listens, whose log and metrics the test reads. */
async function startObserved (t: Test, options: Parameters<typeof startService>[1]) {
  const { parsed, logger } = recordLog()
  const service = await startService(t, { ...options, logger })
  const { app } = service
  const messages = ['client disconnected', 'request completed']
  const duration = /^\w+http_request_duration_seconds_(?:count|sum)\{.*route="\/v1/
  return {
    ...service,
    listen: async () => {
      await app.listen({ host: '127.0.0.1', port: 0 })
      return (app.server.address() as AddressInfo).port
    },
    /** The log lines of requests that ended. */
    ended: () => parsed().filter(({ msg }) => messages.includes(msg)),
    /** The metrics of requests to the API, without their buckets. */
    metrics: async () => (await app.inject('/metrics')).body.split('\n').filter((line) => duration.test(line))
  }
}

const series =
  '/v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage?defaultTimeRange=1h&groupBy=1m'

t.test('a shared read continues when its first client disconnects', async (t) => {
  const { app, count } = await startService(t, { env: { CACHE: 'on' }, latency: 500 })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const queries = () => count('metrics', '/query')

  const first = connect(port, '127.0.0.1')
  first.write(`GET ${series} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  // The simulator counts a query on arrival, half a second before its response.
  while (queries() === 0) await sleep(10)
  const second = request(`http://127.0.0.1:${port}${series}`)
  first.destroy()
  await once(first, 'close')

  const { statusCode, body } = await second
  t.equal(statusCode, 200)
  t.match(await body.json(), [{ name: 'cpu', metric: [{ usage: Number }] }])
  t.equal(queries(), 1)
  t.equal((await app.inject(series)).statusCode, 200)
  t.equal(queries(), 1, 'the response is cached')
})

t.test('logs and counts each request of a disconnected client once, also a pipelined one', async (t) => {
  const { app, count, ended, metrics, listen } = await startObserved(t, { latency: 1_000 })
  const socket = connect(await listen(), '127.0.0.1')
  socket.write(`GET ${series} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(2))
  while (count('metrics', '/query') === 0) await sleep(10)
  socket.destroy()
  while (ended().length < 2) await sleep(10)
  const { method, path, query, ms, status, requestId } = ended()[0]
  t.match({ method, path, query, status, requestId }, {
    method: 'GET', path: series.split('?')[0], query: undefined, status: 499, requestId: /^req-/
  })
  t.ok(ms < 1_000, 'the time until the disconnect')
  // The response is made all the same, and not logged again.
  const isIdle = async () =>
    /requests_active\{upstream="metrics"\} 0/.test((await app.inject('/metrics')).body)
  while (!await isIdle()) await sleep(10)
  await sleep(100)
  const lines = ended().filter(({ path }) => path !== '/metrics')
  t.same(lines.map(({ status, msg }) => [status, msg]), [
    [499, 'client disconnected'], [499, 'client disconnected']
  ])
  const [sum, requests, ...others] = await metrics()
  t.same(others, [])
  const labels = 'method="GET",route="\\/v1\\/openstack\\/projects\\/:instanceId\\/cpuUsage",status="499"'
  t.match(sum, new RegExp(`_sum\\{${labels}\\} 0\\.\\d+$`))
  t.match(requests, /_count\{.*status="499"\} 2$/)
})

t.test('counts a client that disconnects during the validation of its token', async (t) => {
  const options = { latency: 1_000, env: { AUTH: 'keystone' } }
  const { count, ended, metrics, listen } = await startObserved(t, options)
  const socket = connect(await listen(), '127.0.0.1')
  socket.write(`GET ${series} HTTP/1.1\r\nhost: localhost\r\nx-auth-token: unknown\r\n\r\n`)
  while (count('identity') === 0) await sleep(10)
  // A client that ends its side counts as disconnected, too.
  socket.end()
  while (ended().length < 1) await sleep(10)
  t.match(ended(), [{ status: 499, msg: 'client disconnected' }])
  t.match((await metrics()).filter((line) => line.includes('_count')), [/status="499"\} 1$/])
})

t.test('counts no completed request as disconnected', async (t) => {
  const { app, ended, metrics, listen } = await startObserved(t, {})
  // Before Node has seen the end of the request: afterwards it does not report it as aborted.
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
  const { statusCode, body } = await request(`http://127.0.0.1:${await listen()}${series}`)
  t.equal(statusCode, 200)
  await body.dump()
  await aborted
  t.match(ended(), [{ status: 200, msg: 'request completed' }])
  t.match((await metrics()).filter((line) => line.includes('_count')), [/status="200"\} 1$/])
})
