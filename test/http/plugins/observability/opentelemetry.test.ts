import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { demoInstanceId } from '#simulator/seed.js'
import { startSimulator } from '#simulator/simulator.js'
import { startReceiver } from '#test/support/otlp.js'
import type { Span } from '#test/support/otlp.js'
import { runMeasuredServer, runServer } from '#test/support/server-process.js'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'
const headers = { traceparent: `00-${traceId}-${parentId}-01`, baggage: 'a=secret' }
const projects = '/v1/openstack/projects'
const cpuUsage = `${projects}/${demoInstanceId}/cpuUsage?defaultTimeRange=10m&groupBy=1m`

/** Prints, at the end of the process, how many files of OpenTelemetry's SDK it has loaded. */
const printLoaded = `
  import { createRequire } from 'node:module'
  const { cache } = createRequire(process.cwd() + '/')
  const isSdk = (path) => /@opentelemetry.(?!api|core|semantic)|@fastify.otel/.test(path)
  process.on('exit', () => console.error('loaded ' + Object.keys(cache).filter(isSdk).length))`

/** Starts a server over a simulated cloud; `end` returns how many files of OpenTelemetry's SDK it loaded. */
async function start (
  t: Test, settings: (cloud: Record<string, string>) => Record<string, string>, run = runMeasuredServer
) {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const env = { ...simulator.env, PORT: '0', CACHE: 'off', ...settings(simulator.env) }
  const module = `data:text/javascript,${encodeURIComponent(printLoaded)}`
  const { child, output, exited, logged } = run(t, env, `--import=${module}`)
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

/** Settings without traces: none is set, or traces are turned off. */
const off: Record<string, (url: string) => Record<string, string>> = {
  'without an endpoint for spans': () => ({}),
  'with OTEL_SDK_DISABLED': (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' }),
  'with OTEL_TRACES_EXPORTER=none': (url) => ({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`, OTEL_TRACES_EXPORTER: 'none'
  })
}

for (const [name, settings] of Object.entries(off)) {
  t.test(`loads no OpenTelemetry SDK ${name}`, async (t) => {
    const receiver = await startReceiver(t)
    const { origin, simulator, end } = await start(t, () => settings(receiver.url), runServer)
    t.equal((await fetch(origin + cpuUsage, { headers })).status, 200)
    t.match(simulator.calls.at(-1)!.headers.traceparent, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`))
    t.equal(await end(), 0)
    t.equal(receiver.requests.length, 0)
  })
}

t.test('exports spans to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, unchanged', async (t) => {
  const receiver = await startReceiver(t)
  const { origin, end } = await start(t, () => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`
  }), runServer)
  t.equal((await fetch(origin + cpuUsage, { headers })).status, 200)
  await end()
  t.ok(receiver.spans().length > 0)
})

t.test('exports the spans of a request and of its upstream requests as one trace', async (t) => {
  const receiver = await startReceiver(t)
  const { origin, simulator, output, end } = await start(t, () => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`, OTEL_BSP_SCHEDULE_DELAY: '600000'
  }))
  simulator.calls.length = 0
  const response = await fetch(origin + cpuUsage, { headers })
  t.equal(response.status, 200)
  const [call] = simulator.calls
  t.equal(call!.headers['x-request-id'], response.headers.get('x-openstack-request-id'))
  t.notOk('baggage' in call!.headers)
  t.equal(receiver.requests.length, 0)
  t.ok(await end() > 10)

  const spans = receiver.spans().filter((span) => span.traceId === traceId)
  const server = spans.find(({ kind }) => kind === 2)!
  const client = spans.find(({ kind }) => kind === 3)!
  t.match(server, { parentSpanId: parentId, name: `GET ${projects}/:instanceId/cpuUsage` })
  t.equal(attribute(server, 'url.path'), cpuUsage.split('?')[0])
  t.equal(attribute(server, 'http.response.status_code'), 200)
  t.equal(call!.headers.traceparent, `00-${traceId}-${client.spanId}-01`)
  const parents = new Map(spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]))
  let root: string | undefined = client.spanId
  while (parents.has(root!)) root = parents.get(root!)
  t.equal(root, parentId, 'the upstream request is part of the request')
  t.match(receiver.requests[0]!.resourceSpans[0]!.resource.attributes, [
    { key: 'service.name', value: { stringValue: 'openstack-monitoring-api' } }
  ])
  t.match(output.stdout, new RegExp(`"traceId":"${traceId}".*"request completed"`))
})

t.test('exports no secret, and no query of a client', async (t) => {
  const receiver = await startReceiver(t)
  const { origin, simulator, end } = await start(t, ({ INFLUX_URL }) => ({
    AUTH: 'keystone',
    INFLUX_URL: INFLUX_URL!.replace('//', '//ann:hidden@'),
    INFLUX_USERNAME: 'influx',
    INFLUX_PASSWORD: 'influx-password',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url
  }))
  const paths = [
    `${projects}/summary?token=misplaced`, `${projects}/x/cpuUsage?defaultTimeRange=misplaced&groupBy=1m`,
    `${projects}/summary`, '/nothing?misplaced'
  ]
  await fetch(`${origin}/readyz`)
  for (const path of paths) await fetch(origin + path, { headers: { 'x-auth-token': 'callers-token' } })
  await end()
  const text = JSON.stringify(receiver.requests)
  t.ok(receiver.spans().length > 5)
  const tokens = new Set(simulator.calls.map(({ headers }) => String(headers['x-auth-token'])))
  t.ok(tokens.size > 1)
  tokens.delete('undefined')
  const secrets = [
    'simulated', 'hidden', 'influx-password', Buffer.from('influx:influx-password').toString('base64'),
    'callers-token', 'misplaced', ...tokens
  ]
  t.same(secrets.filter((secret) => text.includes(secret)), [])
})

t.test('responds and ends while spans cannot be exported, and logs the failure', async (t) => {
  const { url } = await startReceiver(t, 400)
  for (const endpoint of [url, 'http://127.0.0.1:1']) {
    const { origin, output, end } = await start(t, () => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '50'
    }))
    t.equal((await fetch(origin + cpuUsage)).status, 200)
    if (endpoint === url) while (!output.stdout.includes('span export failed')) await sleep(20)
    await end()
  }
})
