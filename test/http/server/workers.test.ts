import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { Agent, request } from 'undici'
import { startSimulator } from '#simulator/simulator.js'
import type { SimulatorOptions } from '#simulator/simulator.js'
import { createCertificate } from '#test/support/certificates.js'
import { summary } from '#test/support/redis/replicas.js'
import { runMeasuredServer } from '#test/support/server-process.js'
import { byPassword, cookieName } from '#test/support/session-client.js'

const unreachableCloud = { OS_AUTH_URL: 'http://127.0.0.1:1', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden' }

interface LogLine {
  pid: number
  msg: string
  [field: string]: unknown
}

/** Starts a server with two workers over a simulated cloud, and waits until both serve. */
async function start (t: Test, env: Record<string, string> = {}, options: SimulatorOptions = {}) {
  const simulator = await startSimulator({ projects: 0, instances: 0, ...options })
  t.teardown(() => simulator.close())
  const server = runMeasuredServer(t, { ...simulator.env, PORT: '0', WORKERS: '2', ...env })
  const origin = (await server.logged('all workers serve'))!
  const lines = (text: string) => server.output.stdout.split('\n').slice(0, -1)
    .map((line): LogLine => JSON.parse(line)).filter(({ msg }) => msg.startsWith(text))
  /** Waits until so many log lines begin with a text. */
  const logs = async (text: string, count: number) => {
    while (lines(text).length < count) await once(server.child.stdout, 'data')
    return lines(text)
  }
  const reached = await logs('admin credential', 2)
  /** Waits until the upstreams have received so many calls with this end of their path. */
  const called = async (suffix: string, count: number) => {
    while (simulator.calls.filter(({ path }) => path.endsWith(suffix)).length < count) await sleep(10)
  }
  simulator.calls.length = 0
  return { ...server, simulator, origin, lines, logs, called, pids: reached.map(({ pid }) => pid) }
}

/** Sends a request on a connection of its own: workers get the connections in turn. */
async function send (url: string, options: Parameters<typeof request>[1] = {}, ca?: string) {
  const dispatcher = new Agent({ connect: { ca } })
  try {
    const { statusCode: status, headers, body } = await request(url, { ...options, dispatcher })
    return { status, headers, text: await body.text() }
  } finally {
    dispatcher.destroy()
  }
}

/** A program in place of systemd-notify, which records the states. */
function fakeSystemd (t: Test) {
  const dir = t.testdir({ log: '' })
  const program = `#!/bin/sh\necho "$1" >>${join(dir, 'log')}\n`
  writeFileSync(join(dir, 'systemd-notify'), program, { mode: 0o755 })
  return {
    dir,
    env: { NOTIFY_SOCKET: 's', PATH: `${dir}:${process.env.PATH}` },
    states: () => readFileSync(join(dir, 'log'), 'utf8').trim().split('\n')
  }
}

async function valuesOf (origin: string, name: string) {
  const { text } = await send(`${origin}/metrics`)
  const samples = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, 'gm'))
  return Array.from(samples, ([, value]) => Number(value))
}

const healthChecks =
  'openstack_monitoring_http_request_duration_seconds_count\\{method="GET",route="/healthz",status="200"\\}'

t.test('workers share a port, a sign-in and a sum of metrics', async (t) => {
  const { origin, child, exited, lines, pids } = await start(t, { AUTH: 'keystone' })
  t.equal(new Set([...pids, child.pid]).size, 3)

  const sameOrigin = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
  const signedIn = await send(`${origin}/ui/session`, {
    method: 'POST', headers: sameOrigin, body: JSON.stringify(byPassword('demo'))
  })
  t.equal(signedIn.status, 200)
  const setCookie = [signedIn.headers['set-cookie'] ?? []].flat().find((line) => line.startsWith(cookieName))
  const cookie = /^[^;]*/.exec(setCookie!)![0]
  for (let n = 0; n < 4; n++) {
    const { status, text } = await send(`${origin}/ui/session`, { headers: { ...sameOrigin, cookie } })
    t.match([status, JSON.parse(text)], [200, { signedIn: true }])
    t.equal((await send(`${origin}/healthz`)).status, 200)
    t.match(JSON.parse((await send(`${origin}/readyz`)).text), { status: 'ready' })
  }
  const served = lines('request completed').filter(({ path }) => path === '/ui/session').map(({ pid }) => pid)
  t.same(new Set(served), new Set(pids), 'each worker has served some')

  t.same(await valuesOf(origin, healthChecks), [4])
  t.equal((await valuesOf(origin, 'process_start_time_seconds')).length, 1)
  t.same(await valuesOf(origin, 'openstack_monitoring_upstream_up'), [1, 1, 1, 1, 1])
  t.same(await valuesOf(origin, 'nodejs_version_info'), [1])
  t.equal(lines('no SESSION_KEY').length, 1)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})

t.test('over HTTPS, workers know client addresses, and time limits hold', async (t) => {
  const { files, cert } = createCertificate(t.testdir({}))
  const tls = { TLS_CERT: files.cert, TLS_KEY: files.key }
  const settings = { ...tls, RATE_LIMIT: '1', TRUST_PROXY: '127.0.0.1' }
  const { origin, child, exited } = await start(t, settings)
  const slow = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', ca: cert })
  slow.write('GET /healthz HTTP/1.1\r\nHost: ')
  const rejected = once(slow, 'data')
  const statusFor = async (client: string) =>
    (await send(origin + summary, { headers: { 'x-forwarded-for': client } }, cert)).status
  const statuses = [await statusFor('10.0.0.1'), await statusFor('10.0.0.1'), await statusFor('10.0.0.1')]
  t.match([statuses[0], statuses.includes(429)], [200, true])
  t.equal(await statusFor('10.0.0.2'), 200, 'a client of its own')
  t.match(String((await rejected)[0]), /^HTTP\/1\.1 408 /)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})

t.test('a worker that is killed loses its own request, and is replaced', async (t) => {
  const settings = { MANAGEMENT_LISTEN: '127.0.0.1:0' }
  const { origin, child, logs, called, exited, pids } = await start(t, settings, { latency: 2_000 })
  const [{ port }] = await logs('management listener open', 1) as [LogLine]
  const management = `http://127.0.0.1:${port as number}`
  t.equal((await send(`${origin}/metrics`)).status, 404)
  for (let n = 0; n < 4; n++) await send(`${origin}/healthz`)
  t.same(await valuesOf(management, healthChecks), [4])

  const outcomes = Array.from({ length: 2 }, () =>
    send(origin + summary).then(({ status }) => status, () => 'lost'))
  await called('/projects', 2)
  process.kill(pids[0]!, 'SIGKILL')
  t.same((await Promise.all(outcomes)).sort(), [200, 'lost'])
  const ended = { pid: child.pid, worker: pids[0], signal: 'SIGKILL', level: 50 }
  t.match(await logs('worker ended', 1), [ended])
  for (let n = 0; n < 4; n++) t.equal((await send(`${origin}/healthz`)).status, 200)

  const successor = (await logs('admin credential', 3))[2]!.pid
  const served = async () => (await logs('request completed', 1)).some(({ pid }) => pid === successor)
  let sent = 8
  for (; !await served(); sent++) await send(`${origin}/healthz`)
  t.same(await valuesOf(management, healthChecks), [sent], 'those of the worker that ended count')
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`on ${signal} all workers complete their requests, and end`, async (t) => {
    const { origin, child, called, exited, lines, pids } = await start(t, {}, { latency: 1_000 })
    const responses = [send(origin + summary), send(origin + summary)]
    await called('/projects', 2)
    child.kill(signal)
    // A service manager and a terminal send it to all processes.
    for (const pid of pids) process.kill(pid, signal)
    for (const { status, headers } of await Promise.all(responses)) {
      t.match([status, headers.connection], [200, 'close'])
    }
    t.equal(await exited, 0)
    t.same(lines('shutting down').map(({ pid }) => pid).sort(), [child.pid, ...pids].sort())
  })
}

t.test('a request that takes longer than SHUTDOWN_GRACE, or a second signal, ends it with 1', async (t) => {
  const cases = [['1s', 'killed by timeout (1000ms)'], ['1h', 'second SIGTERM']] as const
  for (const [grace, last] of cases) {
    const settings = { SHUTDOWN_GRACE: grace, UPSTREAM_TIMEOUT: '1h', SESSION_KEY: 'k'.repeat(43) }
    const { origin, child, simulator, called, exited, logs, lines } = await start(t, settings)
    simulator.intercept = () => 'hang'
    const outcome = send(origin + summary).then(() => 'response', () => 'closed')
    await called('/projects', 1)
    child.kill('SIGTERM')
    await logs('shutting down', 3)
    child.kill('SIGHUP')
    if (grace === '1h') child.kill('SIGTERM')
    t.equal(await exited, 1)
    t.equal(await outcome, 'closed')
    t.equal(lines(last).length, 1)
  }
})

t.test('SIGHUP reloads the settings of all processes, and a bad one changes nothing', async (t) => {
  const systemd = fakeSystemd(t)
  const file = join(systemd.dir, 'settings')
  writeFileSync(file, 'LOG_LEVEL=info\n')
  const settings = { SETTINGS_FILE: file, ...systemd.env }
  const { origin, child, exited, logs, lines, pids } = await start(t, settings)
  child.kill('SIGHUP')
  const reloaded = await logs('settings reloaded', 2)
  t.same(new Set(reloaded.map(({ pid }) => pid)), new Set(pids))
  writeFileSync(file, 'LOG_LEVEL=loud\n')
  child.kill('SIGHUP')
  await logs('reload failed', 2)
  writeFileSync(file, 'LOG_LEVEL=warn\n')
  child.kill('SIGHUP')
  const completed = () => lines('request completed').length
  for (let before = -1; before !== completed();) {
    before = completed()
    for (let n = 0; n < 2; n++) await send(`${origin}/healthz`)
    await sleep(500)
  }
  // A worker logs the next reload after its answer to the last one.
  writeFileSync(file, 'LOG_LEVEL=loud\n')
  child.kill('SIGHUP')
  await logs('reload failed', 4)
  while (systemd.states().length < 9) await sleep(10)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
  t.match(systemd.states().join(' '), /^READY=1( RELOADING=1 READY=1){4} STOPPING=1$/)
  t.same(lines('shutting down'), [], 'the level of the primary follows that of its workers')
})

t.test('ends with one line on stderr where it cannot start', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  t.teardown(() => blocker.close())
  const PORT = String((blocker.address() as AddressInfo).port)
  const starts: Array<[Record<string, string>, RegExp]> = [
    [{ WORKERS: '2' }, /^OS_AUTH_URL is missing: .*\n$/],
    [{ ...unreachableCloud, WORKERS: '0' }, /^WORKERS must match pattern .*: processes that serve.*\n$/],
    [{ ...unreachableCloud, WORKERS: '2', SHUTDOWN_GRACE: '2h' }, /^SHUTDOWN_GRACE must be at most 1h\n$/],
    [{ ...unreachableCloud, WORKERS: '2', PORT }, /^listen EADDRINUSE.*\n$/],
    [
      { ...unreachableCloud, WORKERS: '2', PORT: '0', MANAGEMENT_LISTEN: `127.0.0.1:${PORT}` },
      /^MANAGEMENT_LISTEN cannot be used: listen EADDRINUSE.*\n$/
    ]
  ]
  for (const [env, line] of starts) {
    const { output, exited } = runMeasuredServer(t, env)
    t.equal(await exited, 1)
    t.match(output.stderr, line)
    t.notMatch(output.stdout, 'all workers serve')
  }
})

t.test('an error that nothing has caught ends a worker, and another one starts', async (t) => {
  // The first message answers that the worker is ready.
  const code = `import cluster from 'node:cluster'
    if (cluster.worker?.id === 2) process.once('message', () => { throw new TypeError('a bug') })`
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const env = { ...simulator.env, PORT: '0', WORKERS: '2' }
  const module = `data:text/javascript,${encodeURIComponent(code)}`
  const { output, child, exited, logged } = runMeasuredServer(t, env, '--import', module)
  await logged('worker ended')
  t.match(output.stdout, /"type":"TypeError","message":"a bug".*"unexpected error: shutting down"/)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})

t.test('an error of the primary ends all', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const env = { ...simulator.env, PORT: '0', WORKERS: '2' }
  const code = `import cluster from 'node:cluster'
    if (cluster.isPrimary) process.stdin.once('data', () => { throw new TypeError('a bug') })`
  const module = `data:text/javascript,${encodeURIComponent(code)}`
  const { output, child, exited, logged } = runMeasuredServer(t, env, '--import', module)
  await logged('all workers serve')
  child.stdin.write('x')
  t.equal(await exited, 1)
  t.match(output.stdout, /"type":"TypeError","message":"a bug".*"unexpected error: shutting down"/)
  t.equal(output.stdout.match(/"shutting down"/g)?.length, 2, 'the workers close')
})

t.test('a signal during the start ends it', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  // The first worker is ready, and the others are about to be.
  const { output, child, exited } = runMeasuredServer(t, { ...simulator.env, PORT: '0', WORKERS: '3' })
  while (!output.stdout.includes('admin credential')) await once(child.stdout, 'data')
  child.kill('SIGTERM')
  t.equal(await exited, 0)
  t.notMatch(output.stdout, 'listening')
  t.equal(output.stderr, '')
})
