import type { RequestListener } from 'node:http'
import t from 'tap'
import { sendRequest } from '#lib/upstream/request.js'
import { createDispatcher } from '#lib/upstream/upstream.js'
import { serveUpstream } from '#test/support/loopback.js'

const limits = { timeout: 60_000, connections: 1 }

/** Responses that a request is retried after, while the budget has a retry. */
const temporary: Record<string, [RequestListener, { reason: string }]> = {
  'a dropped connection': [(request) => request.socket.destroy(), { reason: 'unreachable' }],
  'status 503': [(request, response) => { response.writeHead(503).end() }, { reason: 'invalid' }]
}

for (const [name, [listener, failure]] of Object.entries(temporary)) {
  for (const budget of [0, 1]) {
    t.test(`${name} with ${budget} retries in the budget`, async (t) => {
      let received = 0
      const { url } = await serveUpstream(t, limits, (request, response) => {
        received++
        listener(request, response)
      })
      const dispatcher = createDispatcher(limits)
      t.teardown(() => dispatcher.destroy())
      let retries = budget
      const sent = sendRequest('compute', { operation: 'show-quota', url }, {
        dispatcher: dispatcher.of('compute'),
        deadline: performance.now() + limits.timeout,
        takeRetry: () => retries-- > 0
      })
      await t.rejects(sent, { name: 'UpstreamError', ...failure })
      t.equal(received, 1 + budget)
    })
  }
}
