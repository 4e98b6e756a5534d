import type { Socket } from 'node:net'
import type { Listener } from '#lib/config/listen-address.js'
import type { Ask } from './channel.js'

/** Connections that may wait for a worker. */
const maxWaiting = 4_096

/**
 * Passes the connections that the primary accepts to the workers in turn. A worker gets the next one once it
 * has received the last one, so that a worker that hangs delays one connection. The others wait for the first
 * worker that is free; those for which there is no room are closed.
 */
export function createConnections (max = maxWaiting) {
  const waiting: Array<[Listener, Socket]> = []
  const free = new Set<Ask>()

  function passAll () {
    for (const worker of free) {
      const connection = waiting.shift()
      if (connection === undefined) return
      free.delete(worker)
      // A worker that fails to receive it has ended.
      pass(connection, worker).then(() => addWorker(worker), () => {})
    }
  }

  const pass = ([listener, socket]: [Listener, Socket], worker: Ask) =>
    worker('connection', listener, undefined, socket)

  function addWorker (worker: Ask) {
    free.add(worker)
    passAll()
  }

  return {
    add (listener: Listener, socket: Socket) {
      if (waiting.length === max) socket.destroy()
      else waiting.push([listener, socket])
      passAll()
    },

    /** Adds a worker, which is free. */
    addWorker,

    /** Removes a worker that has ended. */
    removeWorker (worker: Ask) {
      free.delete(worker)
    },

    /** Passes on all connections at once, ahead of whatever else is sent to the workers. */
    flush (workers: Ask[]) {
      for (const [n, connection] of waiting.splice(0).entries()) {
        if (workers.length === 0) connection[1].destroy()
        else pass(connection, workers[n % workers.length]!).catch(() => {})
      }
    }
  }
}
