import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A server that tests start. */
export interface Program {
  path: string
  args: string[]
  /** Its environment, and no other. */
  env: Record<string, string>
  /** Where it writes its log. */
  output: 'stdout' | 'stderr'
  /** The line of it that says that it listens. */
  ready: RegExp
}

/** Becomes a program, and leaves one beside it that ends it when fd 3 closes: when this process is gone, however it went. */
const script = '(read _ <&3; kill -9 $$) 2>/dev/null & exec 3<&-; exec "$0" "$@"'

/** Starts a server; resolves when it listens, with what that line of its log told. */
export async function startChild ({ path, args, env, output, ready }: Program) {
  const stdio = (name: string) => name === output ? 'pipe' : 'ignore'
  const child = spawn('/bin/sh', ['-c', script, path, ...args], { stdio: ['ignore', stdio('stdout'), stdio('stderr'), 'pipe'], env })
  child.once('exit', () => child.stdio[3]?.destroy())

  let last = ''
  for await (const line of createInterface({ input: child[output] as Readable })) {
    last = line
    const told = ready.exec(line)
    if (told) {
      // Its log must go on being read, or the server would come to wait for a reader.
      child[output]!.resume()
      return { child, told }
    }
  }
  throw new Error(`${path} did not start: ${last}`)
}

/** Ends a child process, if it has not ended. */
export async function end (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL') {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
