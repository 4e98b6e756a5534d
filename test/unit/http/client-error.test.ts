import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import t from 'tap'
import { sendClientError } from '#lib/http/client-error.js'

t.test('writes and logs nothing where the client has disconnected', async (t) => {
  const socket = new Duplex({ read () {}, write: () => t.fail('a response was written') })
  socket.end()
  const log = { info: () => t.fail('a line was logged') }
  sendClientError(new Error('gone'), socket as Socket, {}, log)
  t.equal(socket.destroyed, true)
})
