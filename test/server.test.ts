import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { startSimulator } from '../demo/simulator.js'

const server = join(import.meta.dirname, '../server.ts')

/** What the test runner tells its processes of TypeScript and coverage. */
const runner = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(?:TS|TAP|_TAP|NODE)_/.test(name)))

/** The server in a process of its own, with this environment and no other. */
function run (t: Test, env: Record<string, string>, ...flags: string[]) {
  const child = spawn(process.execPath, [...process.execArgv, ...flags, server], { env: { ...runner, ...env } })
  t.teardown(() => { if (child.exitCode === null) child.kill('SIGKILL') })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => { output.stdout += data })
  child.stderr.on('data', (data) => { output.stderr += data })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  /** The address that it listens on, once it has logged a text. */
  const logged = async (text: string) => {
    const died = exited.then((code) => { throw new Error(`exit ${code}: ${output.stderr}`) })
    died.catch(() => {})
    while (!output.stdout.includes(text)) await Promise.race([once(child.stdout, 'data'), died])
    return /listening at (http:[^"]+)"/.exec(output.stdout)![1]
  }
  return { child, output, exited, logged }
}

t.test('listens, answers, says what its credential reads, and ends on SIGTERM', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const { child, output, exited, logged } = run(t, { ...simulator.env, PORT: '0' })
  const origin = await logged('"reach":"all"')
  t.equal((await fetch(`${origin}/v1/openstack/projects/summary`)).status, 200)
  child.kill('SIGTERM')
  t.equal(await exited, 0)
  t.equal(output.stderr, '')
})

t.test('starts while its upstreams are down', async (t) => {
  const { child, exited, logged } = run(t, { OS_AUTH_URL: 'http://127.0.0.1:1', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden', PORT: '0' })
  const origin = await logged('not known yet')
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
    [{ ...cloud, PORT: String((taken.address() as AddressInfo).port) }, /^listen EADDRINUSE.*\n$/]
  ]
  for (const [env, line] of starts) {
    const { output, exited } = run(t, env)
    t.equal(await exited, 1)
    t.match(output.stderr, line)
    t.equal(output.stdout, '')
  }
})

t.test('shows where a fault of its own is', async (t) => {
  const fault = 'import net from "node:net"; net.Server.prototype.listen = () => { throw new TypeError("a bug") }'
  const { output, exited } = run(t, { OS_AUTH_URL: 'http://127.0.0.1:1', OS_USERNAME: 'ann', OS_PASSWORD: 'hidden' }, '--import', `data:text/javascript,${encodeURIComponent(fault)}`)
  t.equal(await exited, 1)
  t.match(output.stderr, /^TypeError: a bug\n +at /)
})
