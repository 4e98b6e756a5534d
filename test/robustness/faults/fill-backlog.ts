import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { end } from '#test/support/child.js'

/** A process that listens with a backlog of one and accepts no connection. */
const listener = (port: number) => `
  require('node:net').createServer().listen({ port: ${port}, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, 'listening')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** The kernel accepts a connection within this time, or its queue is full. */
const acceptTimeoutMs = 100

/**
 * Listens on a port with a full backlog, so that the kernel drops every further SYN.
 * @returns the function that ends it
 */
export async function fillBacklog (port: number) {
  const child = spawn(process.execPath, ['-e', listener(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  const sockets: Socket[] = []
  for (let accepted = true; accepted;) {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    sockets.push(socket)
    accepted = await Promise.race([
      once(socket, 'connect').then(() => true, () => false),
      sleep(acceptTimeoutMs, false)
    ])
  }
  return async () => {
    await end(child, 'SIGKILL')
    for (const socket of sockets) socket.destroy()
  }
}
