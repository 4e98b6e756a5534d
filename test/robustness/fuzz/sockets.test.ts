import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import type { ReceivedResponse } from '#test/support/openapi-contract.js'
import { startService } from '#test/support/service.js'
import { message } from './messages.js'
import { bounds, count, seed } from './settings.js'
import { exchange } from './socket.js'

const some = count / 20

t.setTimeout(bounds.interruptAfterTimeLimit + 30_000)

t.test(`${some} messages that may be requests are answered, and none with a fault`, async (t) => {
  const { app } = await startService(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const seen: Record<string, number> = { nothing: 0 }

  await fc.assert(fc.asyncProperty(message, async (message) => {
    const { answer, ended, received } = await exchange(port, message)
    const kind = answer?.statusCode ?? 'nothing'
    seen[kind] = (seen[kind] ?? 0) + 1
    if (answer === undefined ? !ended : !fair(message, answer)) {
      throw new Error(
        `${JSON.stringify(message.slice(0, 500))} is answered with ${JSON.stringify(received.slice(0, 1000))}`
      )
    }
  }), { ...bounds, numRuns: some })

  t.comment(`seed ${seed}, answers by status: ${JSON.stringify(seen)}`)
  for (const status of [200, 400, 404]) {
    t.ok(seen[status]! > some / 20, `${seen[status]} answers are ${status}`)
  }
  t.ok(seen.nothing! < some / 20, `${seen.nothing} messages were no whole request`)
  t.match(await exchange(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'), {
    answer: { statusCode: 200 }
  })
})

function fair (message: string, { statusCode: status, headers, body }: ReceivedResponse) {
  if (status < 400) return true
  if (body === '') return message.startsWith('HEAD ')
  return status < 500 && /^application\/problem\+json(;|$)/.test(String(headers['content-type'])) &&
    JSON.parse(body).status === status
}
