import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'

/** Returns the raw reply to a command; `undefined` for no reply at all. */
type Reply = (command: string[], port: number) => string | undefined

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`

/** Replies to the commands that a client sends before it is ready. */
const handshakeReplies: Record<string, (port: number) => string> = {
  INFO: () => bulk('redis_version:7.0.0\r\n'),
  CLIENT: () => '+OK\r\n',
  CLUSTER: (port) => `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n${bulk('127.0.0.1')}:${port}\r\n`
}

/**
 * Starts a server that speaks as much of Redis's protocol as a connection needs, for replies that no real
 * Redis sends.
 */
export async function startFakeRedis (t: Test, reply: Reply) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('data', (data) => {
      for (const command of data.toString().split(/(?=\*\d+\r\n\$)/)) {
        const words = command.split('\r\n').filter((_, i) => i > 0 && i % 2 === 0)
        const name = words[0]!.toUpperCase()
        const text = handshakeReplies[name]?.(port) ?? reply([name, ...words.slice(1)], port)
        if (text !== undefined) socket.write(text)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port }
}
