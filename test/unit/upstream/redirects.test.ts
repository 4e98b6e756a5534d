import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import type { Test } from 'tap'
import type { UpstreamRequest } from '#lib/upstream/request.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import { createCertificate } from '#test/support/certificates.js'
import { serveUpstream } from '#test/support/loopback.js'

const limits = { timeout: 60_000, connections: 2 }
const { cert, key } = createCertificate(t.testdir({}))

interface Received {
  method: string
  path: string
  token: unknown
  body: string
}

const describe = async (request: IncomingMessage): Promise<Received> => ({
  method: request.method!,
  path: request.url!,
  token: request.headers['x-auth-token'],
  body: await text(request)
})

/**
 * Starts one server over HTTP and one over HTTPS. Each redirects a path of `redirects`, and responds to any
 * other one with 200. `call` sends a request with a token to the former.
 */
async function serve (t: Test, status: number, redirects: Record<string, string | undefined>) {
  const received: Received[] = []
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    received.push(await describe(request))
    const path = request.url!
    if (!(path in redirects)) return response.end('{"a":1}')
    const location = redirects[path]
    response.writeHead(status, location === undefined ? {} : { location }).end('<html>moved</html>')
  }
  const { url } = await serveUpstream(t, limits, listener)
  const secure = createServer({ cert, key }, listener)
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
  const dispatcher = createDispatcher(limits, { ca: [cert] })
  t.teardown(async () => {
    await dispatcher.destroy()
    secure.closeAllConnections()
    secure.close()
  })
  const upstream = createUpstream(dispatcher, limits)
  const secureUrl = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`
  const call = (options: Partial<UpstreamRequest> = {}, base = url) => upstream('compute', {
    operation: 'show-quota', url: `${base}start`, headers: { 'x-auth-token': 'secret' }, ...options
  })
  return { call, received, redirects, url, secureUrl }
}

for (const status of [301, 302, 303, 307, 308]) {
  t.test(`follows a ${status} of a GET within the origin, and to https of the same host`, async (t) => {
    const { call, received, redirects, url, secureUrl } = await serve(t, status, {})
    for (const location of ['/next?a=b', 'next?a=b', `${url}next?a=b`, `${secureUrl}next?a=b`]) {
      received.length = 0
      redirects['/start'] = location
      t.match(await call(), { status: 200, body: { a: 1 } }, location)
      const common = { method: 'GET', token: 'secret', body: '' }
      t.same(received, [{ ...common, path: '/start' }, { ...common, path: '/next?a=b' }])
    }
  })
}

t.test('follows a redirect of a POST with the same method and body, as keystoneauth does', async (t) => {
  for (const status of [301, 302, 307, 308]) {
    const { call, received, redirects, secureUrl } = await serve(t, status, {})
    redirects['/start'] = `${secureUrl}login`
    t.match(await call({ method: 'POST', body: '{"auth":1}' }), { status: 200 })
    t.match(received, [{ path: '/start' }, { method: 'POST', path: '/login', body: '{"auth":1}' }])
  }
  const { call, received } = await serve(t, 303, { '/start': '/result' })
  await t.rejects(call({ method: 'POST', body: '{}' }), { reason: 'invalid', message: /status 303/ })
  t.equal(received.length, 1)
})

t.test('follows three redirects, and no fourth', async (t) => {
  const { call, received, redirects } = await serve(t, 302, { '/start': '/1', '/1': '/2', '/2': '/3' })
  t.match(await call(), { status: 200 })
  redirects['/3'] = '/4'
  received.length = 0
  await t.rejects(call(), { message: 'compute: redirects more than 3 times (302)', details: { status: 302 } })
  t.equal(received.length, 4)
})

t.test('sends nothing to another host or port, nor from https to http', async (t) => {
  const other = await serve(t, 302, {})
  const { call, received, redirects, url, secureUrl } = await serve(t, 307, {})
  const { port } = new URL(other.url)
  for (const [location, base, reason] of [
    [`http://localhost:${port}/`, url, 'to another host'],
    [`//localhost:${port}/`, url, 'to another host'],
    [`https://localhost:${port}/`, url, 'to another host'],
    [`http://127.0.0.1.example.org:${port}/`, url, 'to another host'],
    [`${url.replace('//', '//localhost@')}`.replace('127.0.0.1', 'localhost'), url, 'to another host'],
    [other.url, url, 'to another port'],
    [other.secureUrl, secureUrl, 'to another port'],
    [url, secureUrl, 'from https to http'],
    ['ftp://127.0.0.1/', url, 'without a valid Location'],
    ['http://', url, 'without a valid Location'],
    [undefined, url, 'without a valid Location']
  ] as Array<[string | undefined, string, string]>) {
    received.length = 0
    redirects['/start'] = location
    await t.rejects(call({}, base), {
      name: 'UpstreamError', reason: 'invalid', message: `compute: redirects ${reason} (307)`
    }, `${location} at ${base}`)
    t.equal(received.length, 1)
  }
  t.same(other.received, [])
})

t.test('other statuses with a Location are no redirect', async (t) => {
  for (const status of [300, 304, 305]) {
    const { call, received } = await serve(t, status, { '/start': '/next' })
    await t.rejects(call(), { name: 'UpstreamError', reason: 'invalid', details: { status } })
    t.equal(received.length, 1)
  }
})
