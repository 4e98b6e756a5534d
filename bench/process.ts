import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const children = new Set<ChildProcess>()
process.once('exit', () => { for (const child of children) child.kill('SIGKILL') })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** Runs a built program, named from `dist`, with these flags of Node's, this environment and no other. It ends with the benchmark. */
export function runProgram (program: string, flags: string[], env: Record<string, string>, stdout: 'pipe' | 'ignore') {
  const stdio: StdioOptions = ['ignore', stdout, 'inherit']
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, '..', program)], { env, stdio })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** Ends a process, if it has not ended. */
export async function stop (child: ChildProcess) {
  if (!children.has(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** MB of memory that a process has; NaN where the system does not tell. */
export function residentMbOf (pid: number) {
  const [, kibibytes = NaN] = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status')) ?? []
  return Number(kibibytes) * 1024 / 1e6
}

/** Seconds of processor time that a process has used; NaN where the system does not tell. */
export function cpuSecondsOf (pid: number) {
  // The name comes second, in brackets, and may have anything in it; the two times are the 12th and 13th field after it.
  const fields = readProc(pid, 'stat').split(') ').at(-1)!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function readProc (pid: number, file: string) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
