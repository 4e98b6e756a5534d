import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import t from 'tap'
import { sendClientError } from '#lib/http/client-error.js'

t.test('answers nobody who is gone', async (t) => {
  const socket = new Duplex({ read () {}, write: () => t.fail('nothing is written') })
  socket.end()
  sendClientError(new Error('gone'), socket as Socket, {}, { info: () => t.fail('nothing is told') })
  t.equal(socket.destroyed, true)
})
