import { spawn } from 'node:child_process'
import type { ChildProcess, ChildProcessWithoutNullStreams, StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { root } from '#test/support/root.js'
import { uninstrumented } from '#test/support/uninstrumented.js'

const server = join(root, 'dist/server.js')
const uninstrumentedWorkers = join(root, 'dist/test/support/uninstrumented-workers.js')

/**
 * Starts the server in a process of its own.
 * @param env its environment. It neither rejects nor cuts requests because the machine is busy, unless this
 * says so
 * @param stdio its stdin, stdout and stderr
 * @param flags flags of Node, and after `--` the server's arguments
 * @param command a command that runs a program with arguments
 */
export function spawnServer (
  t: Test, env: Record<string, string>, stdio: StdioOptions, flags: string[] = [], command = uninstrumented
) {
  const separator = flags.includes('--') ? flags.indexOf('--') : flags.length
  const args = [...flags.slice(0, separator), server, ...flags.slice(separator + 1)]
  const child: ChildProcess = spawn(...command(process.execPath, ...args), {
    env: { OVERLOAD_DELAY: '0', SHUTDOWN_GRACE: '1h', ...env }, stdio
  })
  t.teardown(() => { if (child.exitCode === null) child.kill('SIGKILL') })
  // Not `exit`, after which output may still arrive.
  const exited = once(child, 'close').then(([code]) => code as number | null)
  return { child, exited }
}

/** Starts the server like `spawnServer`, and reads its output. */
export const runServer = (t: Test, env: Record<string, string>, ...flags: string[]) =>
  read(spawnServer(t, env, 'pipe', flags))

/**
 * The same, slower: what the server runs counts as covered, without its workers. It is for code that no
 * test's process runs.
 */
export const runMeasuredServer = (t: Test, env: Record<string, string>, ...flags: string[]) =>
  read(spawnServer(t, env, 'pipe', ['--import', uninstrumentedWorkers, ...flags], (program, ...args) =>
    [program, args]))

function read (started: ReturnType<typeof spawnServer>) {
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
