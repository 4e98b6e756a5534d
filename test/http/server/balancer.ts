import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'

/**
 * Starts a TCP proxy in front of ports on loopback: round robin over those that accept a connection.
 * @param ports may change while the proxy runs
 * @returns the origin of the proxy
 */
export async function startBalancer (t: Test, ports: number[]) {
  let next = 0
  const sockets = new Set<Socket>()

  async function forward (client: Socket) {
    sockets.add(client)
    const first = next++
    for (let n = 0; n < ports.length; n++) {
      const server = connect(ports[(first + n) % ports.length]!, '127.0.0.1')
      if (!await once(server, 'connect').then(() => true, () => false)) continue
      sockets.add(server)
      for (const [from, to] of [[client, server], [server, client]] as const) {
        from.pipe(to)
        from.on('error', () => to.destroy())
        from.once('close', () => { sockets.delete(from); to.end() })
      }
      return
    }
    client.destroy()
  }

  const balancer = createServer(forward).listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  t.teardown(() => {
    balancer.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`
}
