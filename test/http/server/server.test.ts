import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { runServer } from '#test/support/server-process.js'

t.test('listens, answers, says what its credential reads, and ends on SIGTERM', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const { child, output, exited, logged } = runServer(t, { ...simulator.env, PORT: '0' })
  const origin = await logged('"reach":"all"')
  t.equal((await fetch(`${origin}/v1/openstack/projects/summary`)).status, 200)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
  t.equal(output.stderr, '')
})

t.test('starts while its upstreams are down', async (t) => {
  const { child, exited, logged } = runServer(t, { OS_AUTH_URL: 'http://127.0.0.1:1', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden', PORT: '0' })
  const origin = await logged('credential reach unknown')
  t.equal((await fetch(`${origin}/healthz`)).status, 200)
  t.equal((await fetch(`${origin}/readyz`)).status, 503)
  t.match(await (await fetch(`${origin}/v1/openstack/projects/summary`)).json(), { status: 503 })
  child.kill('SIGTERM')
  t.equal(await exited, 0)
})

t.test('ends with one line where it cannot start', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const cloud = { OS_AUTH_URL: 'http://127.0.0.1:1', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden' }
  const starts: Array<[Record<string, string>, RegExp]> = [
    [{}, /^OS_AUTH_URL is missing: .*\n$/],
    [{ ...cloud, PORT: 'http' }, /^PORT must be integer: .*\n$/],
    [{ ...cloud, HOST: 'nowhere.invalid', AUTH: 'keystone' }, /^getaddrinfo (?:ENOTFOUND|EAI_AGAIN) nowhere\.invalid\n$/],
    [{ ...cloud, PORT: String((taken.address() as AddressInfo).port) }, /^listen EADDRINUSE.*\n$/]
  ]
  for (const [env, line] of starts) {
    const { output, exited } = runServer(t, env)
    t.equal(await exited, 1)
    t.match(output.stderr, line)
    t.equal(output.stdout, '')
  }
})

t.test('tells of itself to who asks it to, and does not serve', async (t) => {
  const asked: Array<[argument: string, code: number, stdout: RegExp, stderr: RegExp]> = [
    ['--version', 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    ['--help', 0, /^ {2}SHUTDOWN_GRACE \(10s\)\n {6}how long/m, /^$/],
    ['--port', 1, /^$/, /^[^\n]*'--port'[^\n]*\n$/]
  ]
  for (const [argument, code, stdout, stderr] of asked) {
    const { output, exited } = runServer(t, {}, '--', argument)
    t.equal(await exited, code, argument)
    t.match(output, { stdout, stderr })
  }
})

t.test('shows where a fault of its own is', async (t) => {
  const fault = 'import net from "node:net"; net.Server.prototype.listen = () => { throw new TypeError("a bug") }'
  const { output, exited } = runServer(t, { OS_AUTH_URL: 'http://127.0.0.1:1', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden' }, '--import', `data:text/javascript,${encodeURIComponent(fault)}`)
  t.equal(await exited, 1)
  t.match(output.stderr, /^TypeError: a bug\n +at /)
})
