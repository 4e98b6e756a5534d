import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { root } from '#test/support/root.js'

const server = join(root, 'dist/server.js')

/** What the test runner tells its processes of TypeScript and coverage. */
const runner = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(?:TS|TAP|_TAP|NODE)_/.test(name)))

/** The server in a process of its own, with this environment and no other, flags of Node's, and after `--` arguments of its own. */
export function runServer (t: Test, env: Record<string, string>, ...flags: string[]) {
  const [before, after] = flags.includes('--') ? [flags.slice(0, flags.indexOf('--')), flags.slice(flags.indexOf('--') + 1)] : [flags, []]
  const child = spawn(process.execPath, [...process.execArgv, ...before, server, ...after], { env: { ...runner, ...env } })
  t.teardown(() => { if (child.exitCode === null) child.kill('SIGKILL') })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => { output.stdout += data })
  child.stderr.on('data', (data) => { output.stderr += data })
  // Not its `exit`, after which some of what it has written may still be on its way.
  const exited = once(child, 'close').then(([code]) => code as number | null)
  /** The address that it listens on, once it has logged a text. */
  const logged = async (text: string) => {
    const died = exited.then((code) => { throw new Error(`exit ${code}: ${output.stderr}`) })
    died.catch(() => {})
    while (!output.stdout.includes(text)) await Promise.race([once(child.stdout, 'data'), died])
    return /listening at (https?:[^"]+)"/.exec(output.stdout)![1]
  }
  return { child, output, exited, logged }
}
