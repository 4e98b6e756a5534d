import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { end } from '#test/support/child.js'

/** Listens, with room for one connection, and never takes any. */
const listener = (port: number) => `
  require('node:net').createServer().listen({ port: ${port}, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, 'listening')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** Milliseconds in which the kernel takes a connection, if it does. */
const soon = 100

/**
 * Listens on a port where the kernel drops who would connect, as the one who listens takes none and the queue
 * is full; gives what ends that.
 */
export async function fillBacklog (port: number) {
  const child = spawn(process.execPath, ['-e', listener(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  const waiting: Socket[] = []
  for (let taken = true; taken;) {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    waiting.push(socket)
    taken = await Promise.race([once(socket, 'connect').then(() => true, () => false), sleep(soon, false)])
  }
  return async () => {
    await end(child, 'SIGKILL')
    for (const socket of waiting) socket.destroy()
  }
}
