import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { Agent, Client, request } from 'undici'
import { startSimulator } from '#simulator/simulator.js'
import type { SimulatorOptions } from '#simulator/simulator.js'
import { createCertificate } from '#test/support/certificates.js'
import { summary } from '#test/support/redis/replicas.js'
import { runServer } from '#test/support/server-process.js'

/** Starts a server with a SHUTDOWN_GRACE over a simulated cloud. */
async function start (
  t: Test, SHUTDOWN_GRACE: string, options: SimulatorOptions = {}, env: Record<string, string> = {}
) {
  const simulator = await startSimulator({ projects: 0, instances: 0, ...options })
  t.teardown(() => simulator.close())
  const settings = { ...simulator.env, PORT: '0', UPSTREAM_TIMEOUT: '1m', SHUTDOWN_GRACE, ...env }
  const server = runServer(t, settings)
  const origin = (await server.logged('"reach":'))!
  simulator.calls.length = 0
  /** The messages of its log. */
  const messages = () =>
    server.output.stdout.trim().split('\n').map((line) => JSON.parse(line).msg as string)
  /** Waits for an upstream request with this end of its path. */
  const called = (suffix: string) =>
    waitUntil(() => simulator.calls.some(({ path }) => path.endsWith(suffix)))
  return { ...server, simulator, origin, messages, called, port: Number(new URL(origin).port) }
}

const waitUntil = async (condition: () => boolean | Promise<boolean>) => {
  while (!await condition()) await sleep(10)
}

const isRefused = async (port: number) => {
  const socket = connect(port, '127.0.0.1')
  const refused = await once(socket, 'connect').then(() => false, (err) => err.code === 'ECONNREFUSED')
  socket.destroy()
  return refused
}

/** Opens a connection, and sends a text on it. */
async function open (port: number, text: string) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return socket
}

/** Waits for the end of a connection, with or without an error. */
const closed = (socket: Socket) =>
  new Promise((resolve) => { socket.resume().on('error', () => {}).once('close', resolve) })

// The first latency is longer than the time for which connections stay usable, the second shorter.
for (const [signal, latency] of [['SIGTERM', 2_500], ['SIGINT', 300]] as const) {
  t.test(`on ${signal} it accepts no connection, completes requests in flight, and ends`, async (t) => {
    const { child, called, origin, port, exited, messages } = await start(t, '1h', { latency })
    const response = request(origin + summary)
    await called('/limits')
    child.kill(signal)
    await waitUntil(() => isRefused(port))
    const { statusCode, headers, body } = await response
    t.equal(statusCode, 200)
    t.equal(headers.connection, 'close')
    t.type(await body.json(), Array)
    t.equal(await exited, 0)
    t.match(messages().slice(-2), ['shutting down', 'request completed'])
  })
}

t.test('responds once more on an open connection, with Connection: close', async (t) => {
  const { child, origin, port, exited } = await start(t, '1h')
  const client = new Client(origin, { pipelining: 1 })
  t.teardown(() => client.destroy())
  let connections = 0
  client.on('connect', () => connections++)
  const get = async (path: string) => {
    const { statusCode, headers, body } = await client.request({ path, method: 'GET' })
    return { statusCode, connection: headers.connection, body: await body.json() }
  }
  t.match(await get('/readyz'), { statusCode: 200, connection: 'keep-alive', body: { status: 'ready' } })
  child.kill('SIGTERM')
  await waitUntil(() => isRefused(port))
  t.match(await get('/readyz'), {
    statusCode: 503, connection: 'close', body: { status: 'unready', upstreams: { compute: 'up' } }
  })
  t.equal(connections, 1)
  t.equal(await exited, 0)
})

t.test('idle connections do not delay the end', async (t) => {
  const tls = createCertificate(t.testdir({}))
  const settings: Array<Record<string, string>> = [{}, { TLS_CERT: tls.files.cert, TLS_KEY: tls.files.key }]
  for (const env of settings) {
    const { child, origin, port, exited } = await start(t, '1h', {}, env)
    const dispatcher = new Agent({ connect: { ca: tls.cert } })
    t.teardown(() => dispatcher.destroy())
    const { body } = await request(`${origin}/healthz`, { dispatcher })
    t.same(await body.json(), { status: 'ok' })
    const sockets = await Promise.all([open(port, ''), open(port, 'GET /healthz HTTP/1.1\r\nHost:')])
    const closes = sockets.map(closed)
    child.kill('SIGTERM')
    t.equal(await exited, 0)
    await Promise.all(closes)
  }
})

t.test('a request that takes longer than SHUTDOWN_GRACE ends with the process', async (t) => {
  const { child, simulator, called, origin, exited, messages } = await start(t, '1s')
  simulator.intercept = () => 'hang'
  const outcome = request(origin + summary).then(() => 'response', () => 'closed')
  await called('/projects')
  child.kill('SIGTERM')
  t.equal(await exited, 1)
  t.equal(await outcome, 'closed')
  t.match(messages().slice(-2), ['shutting down', /^killed by timeout \(1000ms\)/])
})

t.test('a second signal ends the process at once', async (t) => {
  const { child, simulator, called, origin, exited, logged, messages } = await start(t, '1h')
  simulator.intercept = () => 'hang'
  const outcome = request(origin + summary).then(() => 'response', () => 'closed')
  await called('/projects')
  child.kill('SIGTERM')
  await logged('shutting down')
  child.kill('SIGTERM')
  t.equal(await exited, 1)
  t.equal(await outcome, 'closed')
  t.match(messages().at(-1), /^second SIGTERM/)
})

t.test('an uncaught error is logged, and ends the process', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const code = 'process.stdin.once("data", () => { throw new TypeError("a bug") })'
  const module = `data:text/javascript,${encodeURIComponent(code)}`
  const env = { ...simulator.env, PORT: '0' }
  const { child, output, exited, logged } = runServer(t, env, '--import', module)
  await logged('"reach":')
  child.stdin.write('x')
  t.equal(await exited, 1)
  const lastLine = output.stdout.trim().split('\n').at(-1)!
  t.match(JSON.parse(lastLine), {
    level: 60,
    msg: 'unexpected error: shutting down',
    err: { type: 'TypeError', message: 'a bug', stack: /at / }
  })
})

t.test('no log line is lost at the end', async (t) => {
  const { child, origin, exited, messages } = await start(t, '1h')
  const get = () => request(`${origin}/healthz`).then(({ body }) => body.text())
  const responses = await Promise.all(Array.from({ length: 500 }, get))
  child.kill('SIGTERM')
  t.equal(await exited, 0)
  t.equal(messages().filter((message) => message === 'request completed').length, responses.length)
})
