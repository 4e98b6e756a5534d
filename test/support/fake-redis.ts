import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'

/** What a command is answered, as it is sent; `undefined` answers nothing, ever. */
type Respond = (command: string[], port: number) => string | undefined

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`

/** What a connection asks before it is ready. */
const greetings: Record<string, (port: number) => string> = {
  INFO: () => bulk('redis_version:7.0.0\r\n'),
  CLIENT: () => '+OK\r\n',
  CLUSTER: (port) => `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n${bulk('127.0.0.1')}:${port}\r\n`
}

/**
 * A server that speaks as much of Redis's protocol as a connection needs, and otherwise answers as it is
 * told: for what no real one does.
 */
export async function startFake (t: Test, respond: Respond) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('data', (data) => {
      for (const command of data.toString().split(/(?=\*\d+\r\n\$)/)) {
        const words = command.split('\r\n').filter((_, i) => i > 0 && i % 2 === 0)
        const name = words[0]!.toUpperCase()
        const answer = greetings[name]?.(port) ?? respond([name, ...words.slice(1)], port)
        if (answer !== undefined) socket.write(answer)
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
