import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'

/** A process at the other end of Node's IPC channel: a worker, or to a worker its own `process`. */
export interface Peer extends EventEmitter {
  send?: (message: object, socket: Socket | undefined, options: object, callback: () => void) => unknown
}

/** Answers a question, which may come with a connection. The value must be plain data. */
type Handler = (argument: unknown, socket?: Socket) => unknown

interface Question {
  id: number
  question: string
  argument?: unknown
}

type Answer = { id: number } & ({ value: unknown } | { error: string })

interface Pending {
  resolve: (value: unknown) => void
  reject: (err: Error) => void
}

/**
 * Opens a channel for questions and answers between the primary and a worker, in both directions. Node
 * drops messages that arrive before the process has opened its end.
 * @param handlers a function for each question of the peer
 * @returns the function that asks. It rejects where the peer's handler fails, where the peer ends, and after
 * `timeoutMs`, if that is given. It passes `socket` on: this process has the connection no more
 */
export function openChannel (peer: Peer, handlers: Record<string, Handler>) {
  const pending = new Map<number, Pending>()
  let lastId = 0

  peer.on('message', (message: Question | Answer, socket?: Socket) => {
    if ('question' in message) answer(message, socket)
    else settle(message)
  })
  peer.on('exit', () => {
    for (const id of pending.keys()) settle({ id, error: 'the process has ended' })
  })

  async function answer ({ id, question, argument }: Question, socket?: Socket) {
    try {
      send({ id, value: await handlers[question]!(argument, socket) })
    } catch (err) {
      send({ id, error: (err as Error).message })
    }
  }

  function settle (answer: Answer) {
    const { resolve, reject } = pending.get(answer.id) ?? {}
    pending.delete(answer.id)
    if ('error' in answer) reject?.(new Error(answer.error))
    else resolve?.(answer.value)
  }

  /** A peer that cannot receive any more is about to end. */
  function send (message: Question | Answer, socket?: Socket) {
    peer.send!(message, socket, {}, () => {})
  }

  return async function ask<T> (question: string, argument?: unknown, timeoutMs?: number, socket?: Socket) {
    const id = ++lastId
    const timer = timeoutMs === undefined
      ? undefined
      : setTimeout(settle, timeoutMs, { id, error: 'the process does not respond' })
    try {
      return await new Promise<unknown>((resolve, reject) => {
        pending.set(id, { resolve, reject })
        send({ id, question, argument }, socket)
      }) as T
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Asks the process at the other end of a channel. */
export type Ask = ReturnType<typeof openChannel>
