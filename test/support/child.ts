import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Test } from 'tap'

/** A server that tests start. */
export interface Program {
  path: string
  args: string[]
  /** Its whole environment. */
  env: Record<string, string>
  /** The stream that its log is written to. */
  output: 'stdout' | 'stderr'
  /** Matches the log line after which it listens. */
  ready: RegExp
}

/**
 * Becomes a program, and leaves a process beside it that kills it when fd 3 closes: at the end of this
 * process, however it ends.
 */
const script = '(read _ <&3; kill -9 $$) 2>/dev/null & exec 3<&-; exec "$0" "$@"'

/**
 * Starts a server, and waits until it listens.
 * @returns the process, and the match of `ready`
 * @throws Error with the last log line where the server ends before
 */
export async function startChild ({ path, args, env, output, ready }: Program) {
  const stdio = (name: string) => name === output ? 'pipe' : 'ignore'
  const child = spawn('/bin/sh', ['-c', script, path, ...args], {
    stdio: ['ignore', stdio('stdout'), stdio('stderr'), 'pipe'], env
  })
  child.once('exit', () => child.stdio[3]?.destroy())

  let lastLine = ''
  for await (const line of createInterface({ input: child[output] as Readable })) {
    lastLine = line
    const match = ready.exec(line)
    if (match) {
      // The log must be read on: a full pipe would block the server.
      child[output]!.resume()
      return { child, match }
    }
  }
  throw new Error(`${path} did not start: ${lastLine}`)
}

/** Ends a child process, unless it has ended. */
export async function end (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL') {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

/**
 * Kills a server with the test, and deletes its folder with this process. An aborted test reaches no
 * teardown.
 * @param current the process of the server, which may have been restarted
 */
export function endWith (t: Test, current: () => ChildProcess, folder: string) {
  t.teardown(() => end(current(), 'SIGKILL'))
  process.once('exit', () => {
    current().kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
}
