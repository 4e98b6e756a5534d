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

// Each process takes seconds to start where the machine is busy.
t.setTimeout(600_000)

/** A server that has a `grace`, and a cloud that is simulated. */
async function start (t: Test, grace: string, options: SimulatorOptions = {}, env: Record<string, string> = {}) {
  const simulator = await startSimulator({ projects: 0, instances: 0, ...options })
  t.teardown(() => simulator.close())
  const server = runServer(t, { ...simulator.env, PORT: '0', UPSTREAM_TIMEOUT: '1m', SHUTDOWN_GRACE: grace, ...env })
  const origin = (await server.logged('"reach":'))!
  simulator.calls.length = 0
  /** The messages of its log. */
  const messages = () => server.output.stdout.trim().split('\n').map((line) => JSON.parse(line).msg as string)
  return { ...server, simulator, origin, messages, port: Number(new URL(origin).port) }
}

/** Comes when something is so. */
const until = async (isSo: () => boolean | Promise<boolean>) => { while (!await isSo()) await sleep(10) }

const refuses = async (port: number) => {
  const socket = connect(port, '127.0.0.1')
  const refused = await once(socket, 'connect').then(() => false, (err) => err.code === 'ECONNREFUSED')
  socket.destroy()
  return refused
}

/** A connection on which something was sent. */
async function open (port: number, text: string) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return socket
}

/** Comes when a connection has ended, however it did. */
const ended = (socket: Socket) => new Promise((resolve) => { socket.resume().on('error', () => {}).once('close', resolve) })

// The one is answered after connections are no longer kept, the other before.
for (const [signal, latency] of [['SIGTERM', 2_500], ['SIGINT', 300]] as const) {
  t.test(`on ${signal} no connection is taken, what runs is finished, and the process ends`, async (t) => {
    const { child, simulator, origin, port, exited, messages } = await start(t, '1h', { latency })
    const answer = request(origin + summary)
    await until(() => simulator.calls.some(({ path }) => path.endsWith('/limits')))
    child.kill(signal)
    await until(() => refuses(port))
    const { statusCode, headers, body } = await answer
    t.match({ statusCode, connection: headers.connection, body: await body.json() }, { statusCode: 200, connection: 'close', body: Array })
    t.equal(await exited, 0)
    t.match(messages().slice(-2), ['shutting down', 'request completed'])
  })
}

t.test('a connection is of use once more, and tells so', async (t) => {
  const { child, origin, port, exited } = await start(t, '1h')
  const client = new Client(origin, { pipelining: 1 })
  t.teardown(() => client.destroy())
  let connections = 0
  client.on('connect', () => connections++)
  const ask = async (path: string) => {
    const { statusCode, headers, body } = await client.request({ path, method: 'GET' })
    return { statusCode, connection: headers.connection, body: await body.json() }
  }
  t.match(await ask('/readyz'), { statusCode: 200, connection: 'keep-alive', body: { status: 'ready' } })
  child.kill('SIGTERM')
  await until(() => refuses(port))
  t.match(await ask('/readyz'), { statusCode: 503, connection: 'close', body: { status: 'unready', upstreams: { compute: 'up' } } })
  t.equal(connections, 1)
  t.equal(await exited, 0)
})

t.test('connections that ask nothing do not keep it from ending', async (t) => {
  const tls = createCertificate(t.testdir({}))
  const settings: Array<Record<string, string>> = [{}, { TLS_CERT: tls.files.cert, TLS_KEY: tls.files.key }]
  for (const env of settings) {
    const { child, origin, port, exited } = await start(t, '1h', {}, env)
    const agent = new Agent({ connect: { ca: tls.cert } })
    t.teardown(() => agent.destroy())
    t.equal(await request(`${origin}/healthz`, { dispatcher: agent }).then(({ body }) => body.json()).then(({ status }: any) => status), 'ok')
    const sockets = await Promise.all([open(port, ''), open(port, 'GET /healthz HTTP/1.1\r\nHost:')])
    const ends = sockets.map(ended)
    child.kill('SIGTERM')
    t.equal(await exited, 0)
    await Promise.all(ends)
  }
})

t.test('what takes longer than the grace ends with the process', async (t) => {
  const { child, simulator, origin, exited, messages } = await start(t, '1s')
  simulator.intercept = () => 'hang'
  const answer = request(origin + summary).then(() => 'answered', () => 'cut')
  await until(() => simulator.calls.some(({ path }) => path.endsWith('/projects')))
  child.kill('SIGTERM')
  t.equal(await exited, 1)
  t.equal(await answer, 'cut')
  t.match(messages().slice(-2), ['shutting down', /^killed by timeout \(1000ms\)/])
})

t.test('a second signal ends it at once', async (t) => {
  const { child, simulator, origin, exited, logged, messages } = await start(t, '1h')
  simulator.intercept = () => 'hang'
  const answer = request(origin + summary).then(() => 'answered', () => 'cut')
  await until(() => simulator.calls.some(({ path }) => path.endsWith('/projects')))
  child.kill('SIGTERM')
  await logged('shutting down')
  child.kill('SIGTERM')
  t.equal(await exited, 1)
  t.equal(await answer, 'cut')
  t.match(messages().at(-1), /^second SIGTERM/)
})

t.test('a fault that nobody has caught is logged, and ends it', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const fault = 'process.stdin.once("data", () => { throw new TypeError("a bug") })'
  const { child, output, exited, logged } = runServer(t, { ...simulator.env, PORT: '0' }, '--import', `data:text/javascript,${encodeURIComponent(fault)}`)
  await logged('"reach":')
  child.stdin.write('x')
  t.equal(await exited, 1)
  t.match(JSON.parse(output.stdout.trim().split('\n').at(-1)!), { level: 60, err: { type: 'TypeError', message: 'a bug', stack: /at / } })
})

t.test('nothing of the log is lost', async (t) => {
  const { child, origin, exited, messages } = await start(t, '1h')
  const answers = await Promise.all(Array.from({ length: 500 }, () => request(`${origin}/healthz`).then(({ body }) => body.text())))
  child.kill('SIGTERM')
  t.equal(await exited, 0)
  t.equal(messages().filter((message) => message === 'request completed').length, answers.length)
})
