import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { request } from 'undici'

/** A server between the service and its InfluxDB that notes each query on its way. */
export async function startRecorder (t: Test, target: string) {
  const queries: Array<{ q: string, params: string }> = []
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming)
    const url = new URL(incoming.url ?? '/', target)
    const fields = new URLSearchParams([...url.searchParams, ...new URLSearchParams(body)])
    if (url.pathname === '/query') {
      queries.push({ q: fields.get('q') ?? '', params: fields.get('params') ?? '' })
    }

    const type = incoming.headers['content-type']
    const answer = await request(url, {
      method: incoming.method as 'GET',
      headers: type ? { 'content-type': type } : {},
      body: body || undefined,
      reset: true
    })
    outgoing.writeHead(answer.statusCode, { 'content-type': String(answer.headers['content-type']) })
    outgoing.end(await buffer(answer.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close().closeAllConnections() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, queries }
}
