import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'

/** Starts a service with these time limits of its server, and returns its port. */
async function listen (t: Test, limits = {}) {
  const { app } = await startService(t)
  Object.assign(app.server, limits)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

const get = (url: string, ...headers: string[]) =>
  [`GET ${url} HTTP/1.1`, 'Connection: close', ...headers, '', ''].join('\r\n')

t.test('rejects a malformed request with a problem that names the reason', async (t) => {
  const port = await listen(t)
  const host = 'Host: localhost'
  const end = `${host}\r\nConnection: close\r\n\r\n`
  const requests: Array<[name: string, message: string, status: number, detail: RegExp]> = [
    ['no host', get('/healthz'), 400, /Host/],
    ['two hosts', get('/healthz', host, 'host: b'), 400, /Host/],
    ['a URL that is too long', get(`/${'a'.repeat(8_192)}`, host), 414, /8192/],
    ['a URL that Node does not accept', get(`/${'a'.repeat(100_000)}`, host), 414, /URL/],
    ['a header that is too long', get('/healthz', host, `Long: ${'a'.repeat(100_000)}`), 431, /headers/],
    ['another version', `GET /healthz HTTP/2.0\r\n${end}`, 400, /HTTP\/1\.1/],
    ['no version', `GET /healthz\r\n${end}`, 400, /HTTP\/1\.1/],
    ['a fragment', get('/healthz#limit=1', host), 400, /fragment/],
    ['a path that cannot be decoded', get('/%', host), 400, /percent-encoding/],
    ['an unknown expectation', get('/healthz', host, 'Expect: nonsense'), 417, /100-continue/],
    ['other text than HTTP', 'what?\r\n\r\n', 400, /malformed/]
  ]
  for (const [name, message, status, detail] of requests) {
    const [response, ...others] = responsesIn(await sendRaw(port, message))
    t.equal(response!.statusCode, status, name)
    t.match(response!.headers['content-type'], /^application\/problem\+json/)
    const problem = { type: 'about:blank', title: String, status, detail, instance: String }
    t.match(JSON.parse(response!.body), problem)
    t.match(response!.headers, {
      'x-openstack-request-id': /^req-[0-9a-f-]{36}$/,
      'x-content-type-options': 'nosniff',
      'content-security-policy': /^default-src 'none'/
    }, name)
    t.same(others, [])
  }
})

t.test('accepts only local host names where clients are not authenticated', async (t) => {
  const { app } = await startService(t)
  const get = (host: string, service = app) => service.inject({ url: '/healthz', headers: { host } })
  const localHosts = [
    'localhost', 'localhost:8080', 'LocalHost.', 'monitoring.localhost:80', '127.0.0.1', '127.1.2.3:9',
    '[::1]', '[::1]:8080', ''
  ]
  for (const host of localHosts) t.equal((await get(host)).statusCode, 200, host)
  const others = [
    'evil.example', 'localhost.evil.example', 'evillocalhost', '127.0.0.1.evil.example', '127.0.0.1@evil',
    '[::2]', '10.0.0.1', 'localhost:80:80', 'localhost/', 'a'.repeat(5_000)
  ]
  for (const host of others) t.equal((await get(host)).statusCode, 400, host.slice(0, 50))
  const detail = /^The Host header must name this host/
  t.match((await get('evil.example')).json(), { status: 400, detail })
  for (const env of [{ AUTH: 'keystone' }, { ALLOW_UNAUTHENTICATED: 'true' }]) {
    const { app } = await startService(t, { env })
    t.equal((await get('monitoring.example.org', app)).statusCode, 200)
  }
})

t.test('requires nothing that HTTP does not require', async (t) => {
  const port = await listen(t)
  const statuses = async (message: string) =>
    responsesIn(await sendRaw(port, message)).map(({ statusCode }) => statusCode)
  t.same(await statuses('GET /healthz HTTP/1.0\r\n\r\n'), [200])
  t.same(await statuses(get('/healthz', 'Host:')), [200])
  t.same(await statuses(get('/healthz', 'Host: localhost', 'Content-Length: 0')), [200])
  t.same(await statuses(get(`/healthz?${'a'.repeat(8_000)}`, 'Host: localhost')), [400])
  t.same(await statuses(get('/healthz', 'Host: localhost', 'Expect: 100-Continue')), [200])
})

t.test('reads no body, sends no 100 Continue for it, and closes the connection', async (t) => {
  const port = await listen(t)
  const next = get('/openapi.json', 'Host: localhost')
  const bodies = [
    ['Content-Length: 5', 'hello'],
    ['Content-Length: 5', 'Expect: 100-continue', ''],
    ['Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'],
    ['Content-Type: application/json', 'Content-Length: 1', '{'],
    ['Content-Type: text/odd', 'Content-Length: 1', '{']
  ]
  for (const [method, status] of [['GET', 200], ['POST', 405], ['PROPFIND', 405]] as const) {
    for (const body of bodies) {
      const head = [`${method} /healthz HTTP/1.1`, 'Host: localhost', ...body.slice(0, -1)]
      const message = [...head, '', body.at(-1)].join('\r\n')
      const responses = responsesIn(await sendRaw(port, message + next))
      t.same(responses.map(({ statusCode }) => statusCode), [status], `${method} ${body}`)
      t.equal(responses[0]!.headers.connection, 'close')
    }
  }
})

t.test('closes the connection on an endless body', async (t) => {
  const port = await listen(t)
  for (const method of ['GET', 'POST']) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.write(`${method} /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`)
    const writeChunk = () => socket.write(`ffff\r\n${'a'.repeat(65_535)}\r\n`)
    socket.on('drain', writeChunk)
    writeChunk()
    await once(socket, 'close')
    t.pass(method)
  }
})

t.test('responds 408 to a request that arrives too slowly', async (t) => {
  const port = await listen(t, { headersTimeout: 1, requestTimeout: 1 })
  const incomplete = [
    '',
    'GET',
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\n',
    'POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect'
  ]
  await Promise.all(incomplete.map(async (message) => {
    const [response] = responsesIn(await sendRaw(port, message))
    t.equal(response?.statusCode, 408, message)
    t.match(JSON.parse(response!.body), { status: 408, title: 'Request Timeout' })
  }))
})
