import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** Runs a program to its end, and returns its exit status and everything that it printed. */
export async function run (path: string, args: string[], input = '') {
  const child = spawn(path, args)
  child.stdin.end(input)
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout), text(child.stderr), once(child, 'exit')
  ])
  return { status: status as number, output: stdout + stderr }
}
