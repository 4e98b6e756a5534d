import type { RequestListener } from 'node:http'
import t from 'tap'
import type { Test } from 'tap'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import { serveUpstream } from '#test/support/loopback.js'

const bounds = { timeout: 60_000, connections: 2 }
const soon = { ...bounds, timeout: 300 }

/** An upstream on loopback with this listener, and a function that sends a request to it. */
async function serve (t: Test, listener: RequestListener, within = bounds) {
  const { server, url, upstream } = await serveUpstream(t, within, listener)
  return {
    url, server, get: (expect?: number[]) => upstream('compute', { operation: 'show-quota', url, expect })
  }
}

const failures: Record<string, [RequestListener, { reason: string, [more: string]: unknown }]> = {
  'that never responds': [() => {}, { reason: 'timeout' }],
  'that stops half-way': [(request, response) => { response.write('{"a":') }, { reason: 'timeout' }],
  'that drips': [(request, response) => {
    const timer = setInterval(() => response.write(' '), 50)
    response.on('close', () => clearInterval(timer))
  }, { reason: 'timeout' }],
  'that drops the connection': [(request) => request.socket.destroy(), { reason: 'unreachable' }],
  'that drops the connection half-way': [
    (request, response) => { response.write('{', () => request.socket.destroy()) }, { reason: 'unreachable' }
  ],
  'that returns HTML': [
    (request, response) => { response.end('<html>secret</html>') },
    { reason: 'invalid', message: 'compute: returned a body that is not JSON' }
  ],
  'that returns no HTTP': [(request) => { request.socket.end('what?\r\n\r\n') }, { reason: 'invalid' }],
  'that returns an error': [
    (request, response) => { response.writeHead(500, { 'x-compute-request-id': 'req-1' }).end('secret') },
    {
      reason: 'invalid', message: 'compute: returned status 500', details: { status: 500, requestId: 'req-1' }
    }
  ],
  'that rejects the credential': [
    (request, response) => { response.writeHead(403).end() }, { reason: 'refused', details: { status: 403 } }
  ],
  'that sends too long a header': [
    (request, response) => { response.writeHead(200, { long: 'x'.repeat(40_000) }).end() },
    { reason: 'invalid' }
  ]
}

for (const [name, [listener, expected]] of Object.entries(failures)) {
  t.test(`an upstream ${name}`, async (t) => {
    const { get } = await serve(t, listener, expected.reason === 'timeout' ? soon : bounds)
    await t.rejects(get(), { name: 'UpstreamError', upstream: 'compute', ...expected })
  })
}

t.test('an upstream that does not listen', async (t) => {
  const { get, server } = await serve(t, () => {})
  await new Promise((resolve) => server.close(resolve))
  await t.rejects(get(), {
    upstream: 'compute', reason: 'unreachable', message: 'compute: cannot be reached (ECONNREFUSED)'
  })
})

t.test('retries once where the connection closes before a response', async (t) => {
  let received = 0
  const { get } = await serve(t, (request, response) => {
    if (++received === 2) {
      response.end('{"a":1}')
    } else request.socket.destroy()
  })
  t.match(await get(), { body: { a: 1 } })
  t.equal(received, 2)
  await t.rejects(get(), { reason: 'unreachable', name: 'UpstreamError' })
  t.equal(received, 4)
})

t.test('returns the parsed body, if there is one, with an expected status', async (t) => {
  let status = 200
  const { get } = await serve(t, (request, response) => {
    response.writeHead(status).end(status === 204 ? '' : '{"a":1}')
  })
  t.match(await get(), { status: 200, body: { a: 1 } })
  status = 204
  t.match(await get(), { status: 204, body: undefined })
  status = 404
  t.match(await get([404]), { status: 404, body: { a: 1 } })
  await t.rejects(get(), { name: 'UpstreamError', reason: 'invalid' })
})

t.test('does not wait longer for a connection than for a response', async (t) => {
  const never = { of: () => ({ dispatch: () => true }) } as unknown as ReturnType<typeof createDispatcher>
  const upstream = createUpstream(never, soon)
  await t.rejects(upstream('compute', { operation: 'show-quota', url: 'http://127.0.0.1:1/' }), {
    name: 'UpstreamError', reason: 'timeout'
  })
})
