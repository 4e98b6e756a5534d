import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'

/** A proxy before some ports of loopback, a list that may change: it gives each connection to one that takes it, each time beginning with the next. */
export async function startBalancer (t: Test, ports: number[]) {
  let turn = 0
  const sockets = new Set<Socket>()

  async function take (client: Socket) {
    sockets.add(client)
    const first = turn++
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

  const balancer = createServer(take).listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  t.teardown(() => {
    balancer.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`
}
