import { fork } from 'node:child_process'
import { on } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { LoadMessage, LoadResult, LoadTask } from './load-process.js'

export type LoadClient = ReturnType<typeof startLoadClient>

/**
 * Starts a load generator in its own process.
 * @param onResponse receives a sample of the response texts, with the index of the path
 */
export function startLoadClient (
  t: Test,
  origin: string,
  paths: string[],
  onResponse: (path: number, text: string) => void
) {
  const child = fork(join(import.meta.dirname, 'load-process.js'), [origin], { execArgv: [] })
  t.teardown(() => child.kill('SIGKILL'))
  child.on('message', (message: LoadMessage) => {
    if ('path' in message) onResponse(message.path, message.text)
  })

  async function run<Result> (task: LoadTask): Promise<Result> {
    child.send(task)
    for await (const [message] of on(child, 'message', { close: ['exit'] })) {
      if ('done' in message) return message.done
    }
    throw new Error('the load process has exited')
  }

  return {
    /**
     * Sends requests from several clients; each sends its next request after a response.
     * @returns successful requests per second
     */
    maxRate: (clients: number, seconds: number) => run<number>({ task: 'maxRate', paths, clients, seconds }),
    /** Sends `rate` requests per second, without waiting for earlier responses. */
    atRate: (rate: number, seconds: number, marker: string) =>
      run<LoadResult>({ task: 'atRate', paths, rate, seconds, marker })
  }
}
