import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import type { ReceivedResponse } from '#test/support/openapi-contract.js'
import { startService } from '#test/support/service.js'
import { message } from './messages.js'
import { count, runLimits, seed } from './settings.js'
import { exchange } from './socket.js'

const numRuns = count / 20

t.setTimeout(runLimits.interruptAfterTimeLimit + 30_000)

t.test(`${numRuns} messages that may be requests get valid responses and no 5xx`, async (t) => {
  const { app } = await startService(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const statuses: Record<string, number> = { none: 0 }

  await fc.assert(fc.asyncProperty(message, async (message) => {
    const { response, endedFirst, received } = await exchange(port, message)
    const status = response?.statusCode ?? 'none'
    statuses[status] = (statuses[status] ?? 0) + 1
    const valid = response === undefined ? endedFirst : isValid(message, response)
    if (valid) return
    const [sent, got] = [message.slice(0, 500), received.slice(0, 1000)].map((text) => JSON.stringify(text))
    throw new Error(`${sent} gets ${got}`)
  }), { ...runLimits, numRuns })

  t.comment(`seed ${seed}, responses by status: ${JSON.stringify(statuses)}`)
  for (const status of [200, 400, 404]) {
    t.ok(statuses[status]! > numRuns / 20, `${statuses[status]} responses have the status ${status}`)
  }
  t.ok(statuses.none! < numRuns / 20, `${statuses.none} messages are incomplete requests`)
  t.match(await exchange(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'), {
    response: { statusCode: 200 }
  })
})

function isValid (message: string, { statusCode: status, headers, body }: ReceivedResponse) {
  if (status < 400) return true
  if (body === '') return message.startsWith('HEAD ')
  const isProblem = /^application\/problem\+json(;|$)/.test(String(headers['content-type']))
  return status < 500 && isProblem && JSON.parse(body).status === status
}
