import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { runServer } from '#test/support/server-process.js'

const unreachableCloud = { OS_AUTH_URL: 'http://127.0.0.1:1', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden' }

t.test('listens, responds, logs the reach of its credential, and ends on SIGTERM', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const { child, output, exited, logged } = runServer(t, { ...simulator.env, PORT: '0' })
  const origin = await logged('"reach":"all"')
  t.equal((await fetch(`${origin}/v1/openstack/projects/summary`)).status, 200)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
  t.equal(output.stderr, '')
})

t.test('ends with one line on stderr where it cannot start', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  t.teardown(() => blocker.close())
  const PORT = String((blocker.address() as AddressInfo).port)
  const starts: Array<[Record<string, string>, RegExp]> = [
    [{}, /^OS_AUTH_URL is missing: .*\n$/],
    [{ ...unreachableCloud, PORT: 'http' }, /^PORT must be integer: .*\n$/],
    [
      { ...unreachableCloud, HOST: 'nowhere.invalid', AUTH: 'keystone' },
      /^getaddrinfo (?:ENOTFOUND|EAI_AGAIN) nowhere\.invalid\n$/
    ],
    [{ ...unreachableCloud, PORT }, /^listen EADDRINUSE.*\n$/]
  ]
  for (const [env, line] of starts) {
    const { output, exited } = runServer(t, env)
    t.equal(await exited, 1)
    t.match(output.stderr, line)
    t.equal(output.stdout, '')
  }
})

t.test('opens the management listener, and ends with one line where it cannot', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  t.teardown(() => blocker.close())
  const { port } = blocker.address() as AddressInfo
  const env = { ...unreachableCloud, PORT: '0' }
  const { output, exited } = runServer(t, { ...env, MANAGEMENT_LISTEN: `127.0.0.1:${port}` })
  t.equal(await exited, 1)
  t.match(output.stderr, /^MANAGEMENT_LISTEN cannot be used: listen EADDRINUSE.*\n$/)

  const open = runServer(t, { ...env, MANAGEMENT_LISTEN: 'localhost:0' })
  const origin = await open.logged('management listener open')
  const line = open.output.stdout.split('\n').find((line) => line.includes('management listener open'))!
  const management = JSON.parse(line)
  t.equal(management.address, '127.0.0.1')
  t.equal((await fetch(`http://127.0.0.1:${management.port}/metrics`)).status, 200)
  t.equal((await fetch(`${origin}/metrics`)).status, 404)
  open.child.kill('SIGTERM')
  t.equal(await open.exited, 0)
})

t.test('prints its version or its help instead of serving', async (t) => {
  const runs: Array<[argument: string, code: number, stdout: RegExp, stderr: RegExp]> = [
    ['--version', 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    ['--help', 0, /^ {2}SHUTDOWN_GRACE \(10s\)\n {6}how long/m, /^$/],
    ['--port', 1, /^$/, /^[^\n]*'--port'[^\n]*\n$/]
  ]
  for (const [argument, code, stdout, stderr] of runs) {
    const { output, exited } = runServer(t, {}, '--', argument)
    t.equal(await exited, code, argument)
    t.match(output, { stdout, stderr })
  }
})

t.test('prints the stack of a bug', async (t) => {
  const code =
    'import net from "node:net"; net.Server.prototype.listen = () => { throw new TypeError("a bug") }'
  const module = `data:text/javascript,${encodeURIComponent(code)}`
  const { output, exited } = runServer(t, unreachableCloud, '--import', module)
  t.equal(await exited, 1)
  t.match(output.stderr, /^TypeError: a bug\n +at /)
})
