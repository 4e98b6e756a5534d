import { Writable } from 'node:stream'
import t from 'tap'
import { adminInstanceId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { logger } from '#lib/observability/logger.js'
import { startService as startAsking } from '#test/support/authenticated-service.js'
import { startService } from '#test/support/service.js'

const id = '4bf92f3577b34da6a3ce929d0e0e4736'
const traced = { traceparent: `00-${id}-00f067aa0ba902b7-01`, tracestate: 'vendor=opaque' }
const projects = '/v1/openstack/projects'
const cpuUsage = (instance: string) => `${projects}/${instance}/cpuUsage?defaultTimeRange=10m&groupBy=1m`

t.test('upstreams receive the id and the trace of the request', async (t) => {
  const { app, simulator } = await startService(t)
  for (const url of [`${projects}/summary`, `${projects}/${demoProjectId}/instances?limit=5`, cpuUsage(demoInstanceId), '/readyz']) {
    simulator.calls.length = 0
    const answer = await app.inject({ url, headers: traced })
    const calls = simulator.calls.map(({ upstream, headers }) => ({ upstream, headers }))
    t.ok(calls.length > 0)
    for (const { upstream, headers } of calls) {
      t.equal(headers[upstream === 'metrics' ? 'x-request-id' : 'x-openstack-request-id'], answer.headers['x-openstack-request-id'], `${url} ${upstream}`)
      t.match(headers, traced)
    }
  }
})

t.test('upstreams are told the caller\'s own id of what he asks for, where it has the form of one', async (t) => {
  const { app, simulator } = await startService(t)
  const global = 'req-2f1c8f0e-5a57-4c55-9d0a-0f5b2b8e7c11'
  const told = async (id: string) => {
    simulator.calls.length = 0
    const answer = await app.inject({ url: cpuUsage(demoInstanceId), headers: { 'x-openstack-request-id': id } })
    t.not(answer.headers['x-openstack-request-id'], id, 'the answer has ours')
    return { told: simulator.calls[0]!.headers['x-request-id'], own: answer.headers['x-openstack-request-id'] }
  }
  t.equal((await told(global)).told, global)
  for (const other of [global.toUpperCase(), `${global}0`, 'req-1', global.slice(4), '']) {
    const { told: id, own } = await told(other)
    t.equal(id, own, other)
  }
})

t.test('a trace that is malformed, or is not there, is not told', async (t) => {
  const { app, simulator } = await startService(t)
  for (const headers of [{}, { traceparent: 'malformed', tracestate: 'vendor=opaque' }, { tracestate: 'vendor=opaque' }]) {
    simulator.calls.length = 0
    t.equal((await app.inject({ url: cpuUsage(demoInstanceId), headers })).statusCode, 200)
    t.match(simulator.calls[0]!.headers['x-request-id'], /^req-[0-9a-f-]{36}$/)
    t.notOk(simulator.calls.some(({ headers }) => 'traceparent' in headers || 'tracestate' in headers))
  }
})

t.test('the validation of a token is for the request that it came with', async (t) => {
  const { tokenOf, get, simulator } = await startAsking(t)
  const token = await tokenOf('demo')
  simulator.calls.length = 0
  const answer = await get(cpuUsage(demoInstanceId), token, traced)
  const validations = simulator.calls.filter(({ headers }) => 'x-subject-token' in headers)
  t.match(validations.map(({ headers }) => headers), [{ 'x-openstack-request-id': answer.headers['x-openstack-request-id'], traceparent: new RegExp(id) }])
})

t.test('a read that several share is for the one who began it', async (t) => {
  const { app, simulator } = await startService(t)
  await app.inject(`${projects}/summary`)
  simulator.calls.length = 0
  const answers = await Promise.all([cpuUsage(demoInstanceId), cpuUsage(adminInstanceId), cpuUsage(demoInstanceId)].map((url) => app.inject(url)))
  t.same(simulator.calls.map(({ headers }) => headers['x-request-id']), [answers[0]!.headers['x-openstack-request-id']])
})

t.test('each line of the log has the trace, those of answers that were kept too', async (t) => {
  const lines: string[] = []
  const stream = new Writable({ write (chunk, _, done) { lines.push(String(chunk)); done() } })
  const { app, simulator } = await startService(t, { logger: { ...logger, stream }, env: { CACHE: 'on' } })
  lines.length = 0
  for (let n = 0; n < 2; n++) await app.inject({ url: cpuUsage(demoInstanceId), headers: traced })
  simulator.intercept = () => ({ status: 500 })
  await app.inject({ url: cpuUsage(adminInstanceId), headers: traced })
  await app.inject('/healthz')
  const logged = lines.map((line) => JSON.parse(line))
  t.same(logged.map(({ traceId, status, msg }) => [traceId, status ?? msg]), [[id, 200], [id, 200], [id, 'request failed'], [id, 502], [undefined, 200]])
})

t.test('an answer that is kept is given without a context, which it has no use for', async (t) => {
  const { app } = await startService(t, { env: { CACHE: 'on' } })
  const contexts: unknown[] = []
  app.addHook('onResponse', ({ context }, reply, done) => {
    contexts.push(context?.id)
    done()
  })
  const answers = [await app.inject(cpuUsage(demoInstanceId)), await app.inject(cpuUsage(demoInstanceId))]
  t.same(contexts, [answers[0]!.headers['x-openstack-request-id'], undefined])
})
