import type { Role } from './errors.js'
import { currentContext, within } from './request-context.js'

/** A call to an upstream; times are milliseconds of `performance.now()`, and `to` is Infinity while it is under way. */
interface Wait {
  role: Role
  from: number
  to: number
}

/** What somebody waits for: calls, and reads that others wait for too, with what these wait for. */
export type Waits = Array<Wait | Waits>

const waitsOf = new WeakMap<Promise<unknown>, Waits>()

/** Begins a read that others may come to wait for, and remembers its calls for them; where nobody asks for waits, it just begins it. */
export function begin<Result> (read: () => Promise<Result>): Promise<Result> {
  const context = currentContext()
  if (context?.waits === undefined) return read()
  const waits: Waits = []
  const reading = within({ ...context, waits }, read)
  waitsOf.set(reading, waits)
  return reading
}

/** Waits for a read that was begun for this request or for another: its calls count for each who waits. */
export function waitFor<Result> (reading: Promise<Result>): Promise<Result> {
  const waits = waitsOf.get(reading)
  if (waits !== undefined) currentContext()?.waits?.push(waits)
  return reading
}

/** Waits for a call to an upstream. */
export function waitForCall<Result> (role: Role, call: Promise<Result>): Promise<Result> {
  const waits = currentContext()?.waits
  if (waits === undefined) return call
  const wait = { role, from: performance.now(), to: Infinity }
  waits.push(wait)
  return call.finally(() => { wait.to = performance.now() })
}

/** For how many milliseconds between two times a call to each role was waited for: those at the same time count once. */
export function sumWaits (waits: Waits, from: number, to: number): Map<Role, number> {
  const sums = new Map<Role, number>()
  const counted = new Map<Role, number>()
  for (const wait of flatten(waits).sort((a, b) => a.from - b.from)) {
    const start = Math.max(wait.from, counted.get(wait.role) ?? from)
    const end = Math.min(wait.to, to)
    sums.set(wait.role, (sums.get(wait.role) ?? 0) + Math.max(0, end - start))
    counted.set(wait.role, Math.max(start, end))
  }
  return sums
}

const flatten = (waits: Waits): Wait[] => waits.flatMap((wait) => Array.isArray(wait) ? flatten(wait) : [wait])
