import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import type { UpstreamLimits } from '#lib/upstream/upstream.js'

/** Starts a server on loopback, and an upstream that calls it; both end with the test. */
export async function serveUpstream (t: Test, limits: UpstreamLimits, listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const dispatcher = createDispatcher(limits)
  t.teardown(async () => {
    await dispatcher.destroy()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { server, url, upstream: createUpstream(dispatcher, limits) }
}
