import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const children = new Set<ChildProcess>()
process.once('exit', () => { for (const child of children) child.kill('SIGKILL') })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/**
 * Runs a built program in a process that ends with the benchmark.
 * @param program path relative to `dist`
 * @param flags flags of Node.js
 * @param env the whole environment
 */
export function runProgram (
  program: string, flags: string[], env: Record<string, string>, stdout: 'pipe' | 'ignore'
) {
  const stdio: StdioOptions = ['ignore', stdout, 'inherit']
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, '..', program)], { env, stdio })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** Ends a process unless it has ended. */
export async function stop (child: ChildProcess) {
  if (!children.has(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Resident memory of a process and its children in MB; NaN without /proc. */
export const residentMbOf = (pid: number) => sumOver(pid, (pid) => {
  const [, kibibytes = NaN] = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status')) ?? []
  return Number(kibibytes) * 1024 / 1e6
})

/** Processor time of a process and its children in seconds; NaN without /proc. */
export const cpuSecondsOf = (pid: number) => sumOver(pid, (pid) => {
  // The second field is the name in brackets, which may contain any character. The two times (user, system)
  // are the 12th and the 13th field after it.
  const fields = readProc(pid, 'stat').split(') ').at(-1)!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
})

function sumOver (pid: number, figureOf: (pid: number) => number) {
  const children = readProc(pid, `task/${pid}/children`).match(/\d+/g) ?? []
  return [pid, ...children.map(Number)].reduce((sum, pid) => sum + figureOf(pid), 0)
}

function readProc (pid: number, file: string) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
