import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Test } from 'tap'

/** A span as it is sent, as far as the tests look at it. */
export interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  attributes: Array<{ key: string, value: { stringValue?: string, intValue?: number } }>
}

interface Request {
  resourceSpans: Array<{ resource: { attributes: Span['attributes'] }, scopeSpans: Array<{ spans: Span[] }> }>
}

/** Starts a receiver of OTLP over HTTP, and what it has received; with another status it refuses everything. It ends with the test. */
export async function startReceiver (t: Test, status = 200) {
  const requests: Request[] = []
  const server = createServer(async (request, response) => {
    const body = await json(request)
    if (request.url === '/v1/traces') requests.push(body as Request)
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    spans: () => requests.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
  }
}
