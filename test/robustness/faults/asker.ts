import { fork } from 'node:child_process'
import { on } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'

/** What came of asking at a rate. */
export interface Asked {
  sent: number
  /** How many answers had each status. */
  statuses: Record<number, number>
  /** What became of those requests that had none. */
  unanswered: string[]
  /** Answers that have the marker. */
  leaked: number
  /** Milliseconds from when a request was due: of half of them, of 99 %, and the longest. */
  latency: number[]
  /** Share of its time in which the process that asks was busy: near 1, it is what is measured. */
  busy: number
}

export type Asker = ReturnType<typeof startAsker>

/**
 * Starts who asks a service, in a process of its own.
 * @param answered is told of some answers, with the number of the path
 */
export function startAsker (
  t: Test, origin: string, paths: string[], answered: (path: number, text: string) => void
) {
  const child = fork(join(import.meta.dirname, 'asking.js'), [origin], { execArgv: [] })
  t.teardown(() => child.kill('SIGKILL'))
  child.on('message', (message: { path: number, text: string }) => {
    if ('path' in message) {
      answered(
        message.path, message.text
      )
    }
  })

  async function run<Result> (task: string, options: object): Promise<Result> {
    child.send({ task, paths, ...options })
    for await (const [message] of on(child, 'message', { close: ['exit'] })) {
      if ('done' in message) return message.done
    }
    throw new Error('who asks has ended')
  }

  return {
    /**
     * Requests a second that are answered, where so many callers each ask when they have their last answer.
     */
    atMost: (callers: number, seconds: number) => run<number>('atMost', { callers, seconds }),
    /** Asks so many times a second, whether what was asked before has been answered or not. */
    atRate: (rate: number, seconds: number, marker: string) => run<Asked>('atRate', { rate, seconds, marker })
  }
}
