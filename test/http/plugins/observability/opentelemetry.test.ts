import t from 'tap'
import type { Test } from 'tap'
import { demoInstanceId } from '#simulator/seed.js'
import { startSimulator } from '#simulator/simulator.js'
import { startReceiver } from '#test/support/otlp.js'
import type { Span } from '#test/support/otlp.js'
import { runServer } from '#test/support/server-process.js'

const id = '4bf92f3577b34da6a3ce929d0e0e4736'
const traced = { traceparent: `00-${id}-00f067aa0ba902b7-01`, baggage: 'gone=astray' }
const projects = '/v1/openstack/projects'
const cpuUsage = `${projects}/${demoInstanceId}/cpuUsage?defaultTimeRange=10m&groupBy=1m`

/** Says at its end how many files of OpenTelemetry the process has loaded. */
const tell = 'import { createRequire } from "node:module"; const { cache } = createRequire(process.cwd() + "/"); process.on("exit", () => ' +
  'console.error("loaded " + Object.keys(cache).filter((path) => /@opentelemetry.(?!api|core|semantic)|@fastify.otel/.test(path)).length))'

/** A server process over a simulated cloud, and what ends it and tells how much of OpenTelemetry it has loaded. */
async function start (t: Test, settings: (cloud: Record<string, string>) => Record<string, string>) {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const { child, output, exited, logged } = runServer(t, { ...simulator.env, PORT: '0', CACHE: 'off', ...settings(simulator.env) }, `--import=data:text/javascript,${encodeURIComponent(tell)}`)
  const origin = await logged('"reach":"all"')
  const end = async () => {
    child.kill('SIGTERM')
    t.equal(await exited, 0)
    return Number(/loaded (\d+)/.exec(output.stderr)![1])
  }
  return { simulator, origin, output, end }
}

const attribute = ({ attributes }: Span, name: string) => {
  const { value } = attributes.find(({ key }) => key === name) ?? {}
  return value?.stringValue ?? value?.intValue
}

t.test('loads no OpenTelemetry SDK without an endpoint for spans', async (t) => {
  const { origin, simulator, end } = await start(t, () => ({}))
  t.equal((await fetch(origin + cpuUsage, { headers: traced })).status, 200)
  t.match(simulator.calls.at(-1)!.headers.traceparent, new RegExp(`^00-${id}-[0-9a-f]{16}-01$`))
  t.equal(await end(), 0)
})

t.test('sends the spans of a request and of its calls to upstreams, of one trace', async (t) => {
  const receiver = await startReceiver(t)
  const { origin, simulator, output, end } = await start(t, () => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`, OTEL_BSP_SCHEDULE_DELAY: '600000'
  }))
  simulator.calls.length = 0
  const answer = await fetch(origin + cpuUsage, { headers: traced })
  t.equal(answer.status, 200)
  const [call] = simulator.calls
  t.equal(call!.headers['x-request-id'], answer.headers.get('x-openstack-request-id'))
  t.notOk('baggage' in call!.headers)
  t.equal(receiver.requests.length, 0)
  t.ok(await end() > 10)

  const spans = receiver.spans().filter(({ traceId }) => traceId === id)
  const server = spans.find(({ kind }) => kind === 2)!
  const client = spans.find(({ kind }) => kind === 3)!
  t.match(server, { parentSpanId: '00f067aa0ba902b7', name: `GET ${projects}/:instanceId/cpuUsage` })
  t.equal(attribute(server, 'url.path'), cpuUsage.split('?')[0])
  t.equal(attribute(server, 'http.response.status_code'), 200)
  t.equal(call!.headers.traceparent, `00-${id}-${client.spanId}-01`)
  const parents = new Map(spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]))
  let root: string | undefined = client.spanId
  while (parents.has(root!)) root = parents.get(root!)
  t.equal(root, '00f067aa0ba902b7', 'the call is a part of the request')
  t.match(receiver.requests[0]!.resourceSpans[0]!.resource.attributes, [{ key: 'service.name', value: { stringValue: 'openstack-monitoring-api' } }])
  t.match(output.stdout, new RegExp(`"traceId":"${id}".*"request completed"`))
})

t.test('has no secret in a span, and no query of a caller\'s', async (t) => {
  const receiver = await startReceiver(t)
  const { origin, simulator, end } = await start(t, ({ INFLUX_URL }) => ({
    AUTH: 'keystone',
    INFLUX_URL: INFLUX_URL!.replace('//', '//ann:hidden@'),
    INFLUX_USERNAME: 'influx',
    INFLUX_PASSWORD: 'influx-password',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url
  }))
  await fetch(`${origin}/readyz`)
  for (const path of [`${projects}/summary?token=gone-astray`, `${projects}/x/cpuUsage?defaultTimeRange=gone-astray&groupBy=1m`, `${projects}/summary`, '/nothing?gone-astray']) {
    await fetch(origin + path, { headers: { 'x-auth-token': 'callers-token' } })
  }
  await end()
  const text = JSON.stringify(receiver.requests)
  t.ok(receiver.spans().length > 5)
  const tokens = new Set(simulator.calls.map(({ headers }) => String(headers['x-auth-token'])))
  t.ok(tokens.size > 1)
  const secrets = ['simulated', 'hidden', 'influx-password', Buffer.from('influx:influx-password').toString('base64'), 'callers-token', 'gone-astray', ...tokens]
  t.same(secrets.filter((secret) => secret !== 'undefined' && text.includes(secret)), [])
})

t.test('answers, and ends, while nobody takes its spans, and says so', async (t) => {
  const { url } = await startReceiver(t, 400)
  for (const endpoint of [url, 'http://127.0.0.1:1']) {
    const { origin, output, end } = await start(t, () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '50' }))
    t.equal((await fetch(origin + cpuUsage)).status, 200)
    if (endpoint === url) while (!output.stdout.includes('span export failed')) await new Promise((resolve) => setTimeout(resolve, 20))
    await end()
  }
})
