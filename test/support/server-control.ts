import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { end } from '#test/support/child.js'

/** Ends, suspends and restarts a server that belongs to one test. */
export interface ServerControl {
  /** The id of the current process. */
  pid: () => number
  /** Ends the server with SIGTERM; its data stays. */
  stop: () => Promise<void>
  /** Ends the server with SIGKILL; its data stays. */
  kill: () => Promise<void>
  /** Restarts the server on the same port. */
  start: () => Promise<void>
  /** Suspends the server: it accepts connections and sends no response. */
  pause: () => Promise<void>
  resume: () => void
}

/**
 * @param current the process of the server, which may have been restarted
 * @param start restarts the server
 * @param responds whether the server responds within a moment
 */
export const controlOf = (
  current: () => ChildProcess, start: () => Promise<void>, responds: () => Promise<boolean>
): ServerControl => ({
  pid: () => current().pid!,
  stop: () => end(current(), 'SIGTERM'),
  kill: () => end(current(), 'SIGKILL'),
  start,
  pause: async () => {
    current().kill('SIGSTOP')
    // A signal is no barrier: a running thread of the server may still send a response.
    while (await responds()) await sleep(10)
  },
  resume: () => { current().kill('SIGCONT') }
})
