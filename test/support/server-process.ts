import { spawn } from 'node:child_process'
import type { ChildProcess, ChildProcessWithoutNullStreams, StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { root } from '#test/support/root.js'

const server = join(root, 'dist/server.js')

/** The variables by which the test runner configures TypeScript and coverage in its processes. */
const runnerEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(?:TS|TAP|_TAP|NODE)_/.test(name))
)

/**
 * Starts the server in a process of its own.
 * @param env its environment. It rejects no requests because the machine is busy, unless this says so
 * @param stdio its stdin, stdout and stderr
 * @param flags flags of Node, and after `--` the server's arguments
 */
export function spawnServer (
  t: Test, env: Record<string, string>, stdio: StdioOptions, flags: string[] = []
) {
  const separator = flags.includes('--') ? flags.indexOf('--') : flags.length
  const args = [...process.execArgv, ...flags.slice(0, separator), server, ...flags.slice(separator + 1)]
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { ...runnerEnv, OVERLOAD_DELAY: '0', ...env }, stdio
  })
  t.teardown(() => { if (child.exitCode === null) child.kill('SIGKILL') })
  // Not `exit`, after which output may still arrive.
  const exited = once(child, 'close').then(([code]) => code as number | null)
  return { child, exited }
}

/** Starts the server like `spawnServer`, and reads its output. */
export function runServer (t: Test, env: Record<string, string>, ...flags: string[]) {
  const started = spawnServer(t, env, 'pipe', flags)
  const { exited } = started
  const child = started.child as ChildProcessWithoutNullStreams
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => { output.stdout += data })
  child.stderr.on('data', (data) => { output.stderr += data })
  /** The origin that it listens on, once it has logged a text. */
  const logged = async (text: string) => {
    const died = exited.then((code) => { throw new Error(`exit ${code}: ${output.stderr}`) })
    died.catch(() => {})
    while (!output.stdout.includes(text)) await Promise.race([once(child.stdout, 'data'), died])
    return /listening at (https?:[^"]+)"/.exec(output.stdout)![1]
  }
  return { child, output, exited, logged }
}
