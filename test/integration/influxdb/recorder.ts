import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { request } from 'undici'

/** Starts a proxy in front of an InfluxDB, which records each query. */
export async function startRecorder (t: Test, target: string) {
  const queries: string[] = []
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming)
    const url = new URL(incoming.url ?? '/', target)
    const fields = new URLSearchParams([...url.searchParams, ...new URLSearchParams(body)])
    if (url.pathname === '/query') queries.push(fields.get('q') ?? '')

    const type = incoming.headers['content-type']
    const response = await request(url, {
      method: incoming.method as 'GET',
      headers: type ? { 'content-type': type } : {},
      body: body || undefined,
      reset: true
    })
    outgoing.writeHead(response.statusCode, { 'content-type': String(response.headers['content-type']) })
    outgoing.end(await buffer(response.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close().closeAllConnections() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, queries }
}
