import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { startService } from '#test/support/service.js'
import { answersIn, converse } from '#test/support/socket.js'

/** The port of a service with these limits of time. */
async function listen (t: Test, limits = {}) {
  const { app } = await startService(t)
  Object.assign(app.server, limits)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

const get = (url: string, ...headers: string[]) => [`GET ${url} HTTP/1.1`, 'Connection: close', ...headers, '', ''].join('\r\n')

t.test('refuses a request for its form, with a problem that says why', async (t) => {
  const port = await listen(t)
  const refusals: Array<[name: string, message: string, status: number, detail: RegExp]> = [
    ['no host', get('/healthz'), 400, /Host/],
    ['two hosts', get('/healthz', 'Host: localhost', 'host: b'), 400, /Host/],
    ['a URL that is too long', get(`/${'a'.repeat(8_192)}`, 'Host: localhost'), 414, /8192/],
    ['a URL without end', get(`/${'a'.repeat(100_000)}`, 'Host: localhost'), 414, /URL/],
    ['a header that is too long', get('/healthz', 'Host: localhost', `Long: ${'a'.repeat(100_000)}`), 431, /headers/],
    ['another version', 'GET /healthz HTTP/2.0\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400, /HTTP\/1\.1/],
    ['no version', 'GET /healthz\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400, /HTTP\/1\.1/],
    ['a fragment', get('/healthz#limit=1', 'Host: localhost'), 400, /fragment/],
    ['a path that cannot be read', get('/%', 'Host: localhost'), 400, /url component/],
    ['something that nobody offers', get('/healthz', 'Host: localhost', 'Expect: nonsense'), 417, /100-continue/],
    ['something else', 'what?\r\n\r\n', 400, /malformed/]
  ]
  for (const [name, message, status, detail] of refusals) {
    const [answer, ...others] = answersIn(await converse(port, message))
    t.equal(answer!.statusCode, status, name)
    t.match(answer!.headers['content-type'], /^application\/problem\+json/)
    t.match(JSON.parse(answer!.body), { type: 'about:blank', title: String, status, detail, instance: String })
    t.match(answer!.headers, { 'x-openstack-request-id': /^req-[0-9a-f-]{36}$/, 'x-content-type-options': 'nosniff', 'content-security-policy': /^default-src 'none'/ }, name)
    t.same(others, [])
  }
})

t.test('is asked by no other name than its host\'s own, where it asks nobody who he is', async (t) => {
  const { app } = await startService(t)
  const status = async (host: string, service = app) => (await service.inject({ url: '/healthz', headers: { host } })).statusCode
  for (const host of ['localhost', 'localhost:8080', 'LocalHost.', 'monitoring.localhost:80', '127.0.0.1', '127.1.2.3:9', '[::1]', '[::1]:8080', '']) t.equal(await status(host), 200, host)
  const others = ['evil.example', 'localhost.evil.example', 'evillocalhost', '127.0.0.1.evil.example', '127.0.0.1@evil', '[::2]', '10.0.0.1', 'localhost:80:80', 'localhost/', 'a'.repeat(5_000)]
  for (const host of others) t.equal(await status(host), 400, host.slice(0, 50))
  t.match((await app.inject({ url: '/healthz', headers: { host: others[0] } })).json(), { status: 400, detail: /^The Host header must name this host/ })
  for (const env of [{ AUTH: 'keystone' }, { ALLOW_UNAUTHENTICATED: 'true' }]) t.equal(await status('monitoring.example.org', (await startService(t, { env })).app), 200)
})

t.test('asks nothing of a request that it need not have', async (t) => {
  const port = await listen(t)
  const status = async (message: string) => answersIn(await converse(port, message)).map(({ statusCode }) => statusCode)
  t.same(await status('GET /healthz HTTP/1.0\r\n\r\n'), [200])
  t.same(await status(get('/healthz', 'Host:')), [200])
  t.same(await status(get('/healthz', 'Host: localhost', 'Content-Length: 0')), [200])
  t.same(await status(get(`/healthz?${'a'.repeat(8_000)}`, 'Host: localhost')), [400])
  t.same(await status(get('/healthz', 'Host: localhost', 'Expect: 100-Continue')), [200])
})

t.test('reads no body, gives no leave to send one, and ends the connection with the answer', async (t) => {
  const port = await listen(t)
  const next = get('/openapi.json', 'Host: localhost')
  const bodies = [
    ['Content-Length: 5', 'hello'],
    ['Content-Length: 5', 'Expect: 100-continue', ''],
    ['Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'],
    ['Content-Type: application/json', 'Content-Length: 1', '{'],
    ['Content-Type: text/odd', 'Content-Length: 1', '{']
  ]
  for (const [method, status] of [['GET', 200], ['POST', 404]] as const) {
    for (const body of bodies) {
      const message = [`${method} /healthz HTTP/1.1`, 'Host: localhost', ...body.slice(0, -1), '', body.at(-1)].join('\r\n')
      const answers = answersIn(await converse(port, message + next))
      t.same(answers.map(({ statusCode }) => statusCode), [status], `${method} ${body}`)
      t.equal(answers[0]!.headers.connection, 'close')
    }
  }
})

t.test('hangs up on a body that does not end', async (t) => {
  const port = await listen(t)
  for (const method of ['GET', 'POST']) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.write(`${method} /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`)
    const speak = () => socket.write(`ffff\r\n${'a'.repeat(65_535)}\r\n`)
    socket.on('drain', speak)
    speak()
    await once(socket, 'close')
    t.pass(method)
  }
})

t.test('hangs up on who takes too long to ask', async (t) => {
  // What is overdue is looked for every few seconds, however short the limits are.
  const port = await listen(t, { headersTimeout: 1, requestTimeout: 1 })
  const slow = ['', 'GET', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n', 'POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect']
  await Promise.all(slow.map(async (message) => {
    const [answer] = answersIn(await converse(port, message))
    t.equal(answer?.statusCode, 408, message)
    t.match(JSON.parse(answer!.body), { status: 408, title: 'Request Timeout' })
  }))
})
