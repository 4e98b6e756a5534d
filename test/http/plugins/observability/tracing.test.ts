import t from 'tap'
import { adminInstanceId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService as startAuthenticated } from '#test/support/authenticated-service.js'
import { recordLog } from '#test/support/log.js'
import { startService } from '#test/support/service.js'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traced = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, tracestate: 'vendor=opaque' }
const projects = '/v1/openstack/projects'
const cpuUsage = (instance: string) => `${projects}/${instance}/cpuUsage?defaultTimeRange=10m&groupBy=1m`

t.test('upstreams receive the id and the trace of the request', async (t) => {
  const { app, simulator } = await startService(t)
  const urls = [
    `${projects}/summary`, `${projects}/${demoProjectId}/instances?limit=5`,
    cpuUsage(demoInstanceId), '/readyz'
  ]
  for (const url of urls) {
    simulator.calls.length = 0
    const response = await app.inject({ url, headers: traced })
    t.ok(simulator.calls.length > 0)
    for (const { upstream, headers } of simulator.calls) {
      const header = upstream === 'metrics' ? 'x-request-id' : 'x-openstack-request-id'
      t.equal(headers[header], response.headers['x-openstack-request-id'], `${url} ${upstream}`)
      t.match(headers, traced)
    }
  }
})

t.test('upstreams receive the client\'s global request id where it is valid', async (t) => {
  const { app, simulator } = await startService(t)
  const globalId = 'req-2f1c8f0e-5a57-4c55-9d0a-0f5b2b8e7c11'
  const idsFor = async (id: string) => {
    simulator.calls.length = 0
    const { headers } = await app.inject({
      url: cpuUsage(demoInstanceId), headers: { 'x-openstack-request-id': id }
    })
    t.not(headers['x-openstack-request-id'], id, 'the response has the service\'s own id')
    return { upstream: simulator.calls[0]!.headers['x-request-id'], own: headers['x-openstack-request-id'] }
  }
  t.equal((await idsFor(globalId)).upstream, globalId)
  for (const invalid of [globalId.toUpperCase(), `${globalId}0`, 'req-1', globalId.slice(4), '']) {
    const { upstream, own } = await idsFor(invalid)
    t.equal(upstream, own, invalid)
  }
})

t.test('upstreams receive no malformed or missing trace', async (t) => {
  const { app, simulator } = await startService(t)
  const { tracestate } = traced
  for (const headers of [{}, { traceparent: 'malformed', tracestate }, { tracestate }]) {
    simulator.calls.length = 0
    t.equal((await app.inject({ url: cpuUsage(demoInstanceId), headers })).statusCode, 200)
    t.match(simulator.calls[0]!.headers['x-request-id'], /^req-[0-9a-f-]{36}$/)
    t.notOk(simulator.calls.some(({ headers }) => 'traceparent' in headers || 'tracestate' in headers))
  }
})

t.test('the validation of a token belongs to the request that sent it', async (t) => {
  const { tokenOf, get, simulator } = await startAuthenticated(t)
  const token = await tokenOf('demo')
  simulator.calls.length = 0
  const { headers } = await get(cpuUsage(demoInstanceId), token, traced)
  const validations = simulator.calls.filter(({ headers }) => 'x-subject-token' in headers)
  t.match(validations.map(({ headers }) => headers), [
    { 'x-openstack-request-id': headers['x-openstack-request-id'], traceparent: new RegExp(traceId) }
  ])
})

t.test('a shared read belongs to the request that started it', async (t) => {
  const { app, simulator } = await startService(t)
  await app.inject(`${projects}/summary`)
  simulator.calls.length = 0
  const urls = [cpuUsage(demoInstanceId), cpuUsage(adminInstanceId), cpuUsage(demoInstanceId)]
  const [first] = await Promise.all(urls.map((url) => app.inject(url)))
  t.same(simulator.calls.map(({ headers }) => headers['x-request-id']), [
    first!.headers['x-openstack-request-id']
  ])
})

t.test('each log line has the trace, also where the response is cached', async (t) => {
  const { lines, parsed, logger } = recordLog()
  const { app, simulator } = await startService(t, { logger, env: { CACHE: 'on' } })
  lines.length = 0
  for (let n = 0; n < 2; n++) await app.inject({ url: cpuUsage(demoInstanceId), headers: traced })
  simulator.intercept = () => ({ status: 500 })
  await app.inject({ url: cpuUsage(adminInstanceId), headers: traced })
  await app.inject('/healthz')
  t.same(parsed().map((line) => [line.traceId, line.status ?? line.msg]), [
    [traceId, 200], [traceId, 200], [traceId, 'request failed'], [traceId, 502], [undefined, 200]
  ])
})

t.test('a cached response is sent without a request context, which it does not need', async (t) => {
  const { app } = await startService(t, { env: { CACHE: 'on' } })
  const contexts: unknown[] = []
  app.addHook('onResponse', ({ context }, reply, done) => {
    contexts.push(context?.id)
    done()
  })
  const [first] = [await app.inject(cpuUsage(demoInstanceId)), await app.inject(cpuUsage(demoInstanceId))]
  t.same(contexts, [first!.headers['x-openstack-request-id'], undefined])
})
