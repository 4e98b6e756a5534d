import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { createCertificate } from '#test/support/certificates.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'

const summary = '/v1/openstack/projects/summary'
const listeners = ['public', 'management'] as const

/** Starts a service with two listeners, and returns a function that sends a request to one of them. */
async function listen (t: Test, env: Record<string, string> = {}) {
  const log: Array<Record<string, unknown>> = []
  const logger = { stream: { write: (line: string) => { log.push(JSON.parse(line)) } } }
  const service = await startService(t, { env: { MANAGEMENT_LISTEN: '127.0.0.1:0', ...env }, logger })
  const { app, simulator } = service
  await app.listen({ host: '127.0.0.1', port: 0 })
  await app.listenForManagement()
  // The start itself calls the cloud.
  await app.openstack.reach()
  simulator.calls.length = 0
  const portOf = (server: { address: () => unknown }) => (server.address() as AddressInfo).port
  const ports = { public: portOf(app.server), management: portOf(app.management!) }
  const send = async (
    listener: keyof typeof ports, url: string, { method = 'GET', host = 'localhost' } = {}
  ) => {
    const message = `${method} ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    return responsesIn(await sendRaw(ports[listener], message), method === 'HEAD')[0]!
  }
  return { ...service, ports, send, log }
}

t.test('serves /metrics on the management listener alone, and health checks on both', async (t) => {
  const { send } = await listen(t)
  const statuses: Array<[url: string, onPublic: number, onManagement: number]> = [
    ['/metrics', 404, 200],
    ['//metrics/', 404, 200],
    ['/healthz', 200, 200],
    ['/readyz', 200, 200],
    ['/openapi.json', 200, 200],
    ['/openapi.yaml', 200, 200],
    ['/docs', 200, 200],
    ['/docs/static/swagger-ui.css', 200, 200],
    [`${summary}?limit=1`, 200, 404],
    ['/v1/openstack/projects/x/instances?limit=1', 404, 404],
    ['/v1/openstack/projects/x/cpuUsage', 400, 404],
    ['/nothing', 404, 404]
  ]
  for (const [url, ...expected] of statuses) {
    for (const [n, listener] of listeners.entries()) {
      const { statusCode, headers, body } = await send(listener, url)
      t.equal(statusCode, expected[n], `${listener} ${url}`)
      t.equal(headers['x-content-type-options'], 'nosniff')
      if (statusCode === 404) t.match(JSON.parse(body), { status: 404, title: 'Not Found', detail: String })
    }
  }
})

t.test('a route of the other listener does not exist, whatever the method', async (t) => {
  const { send } = await listen(t)
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PROPFIND']) {
    for (const [listener, url] of [['public', '/metrics'], ['management', summary]] as const) {
      const { statusCode, headers } = await send(listener, url, { method })
      t.equal(statusCode, 404, `${listener} ${method}`)
      t.notOk('allow' in headers)
    }
  }
  t.equal((await send('management', '/metrics', { method: 'POST' })).statusCode, 405)
})

t.test('serves /metrics on the only listener without the setting', async (t) => {
  const { app } = await startService(t)
  t.equal(app.management, undefined)
  await app.listenForManagement()
  t.equal((await app.inject('/metrics')).statusCode, 200)
})

t.test('serves no project\'s data to a client with a token', async (t) => {
  const { send, count } = await listen(t, { AUTH: 'keystone' })
  t.equal((await send('management', summary)).statusCode, 404)
  t.equal((await send('public', summary)).statusCode, 401)
  t.equal((await send('public', '/metrics')).statusCode, 404)
  t.equal(count('compute') + count('metrics'), 0)
})

t.test('accepts any Host on the management listener, which may be on any address', async (t) => {
  const { send } = await listen(t, { MANAGEMENT_LISTEN: '0.0.0.0:0' })
  const host = 'monitoring.example.org:9090'
  t.equal((await send('management', '/metrics', { host })).statusCode, 200)
  t.equal((await send('public', '/healthz', { host })).statusCode, 400)
})

t.test('checks, limits and logs the requests of both listeners', async (t) => {
  const { app, ports, send, log } = await listen(t)
  Object.assign(app.server, { headersTimeout: 1 })
  for (const listener of listeners) {
    log.length = 0
    const { headers } = await send(listener, '/healthz')
    t.match(log, [{ path: '/healthz', status: 200, requestId: headers['x-openstack-request-id'] }])
    t.equal((await send(listener, `/${'a'.repeat(9_000)}`)).statusCode, 414)
    const statuses = async (text: string) =>
      responsesIn(await sendRaw(ports[listener], text)).map(({ statusCode }) => statusCode)
    t.same(await statuses('what?\r\n\r\n'), [400])
    t.same(await statuses('GET /healthz HTTP/1.1\r\nHost: '), [408])
    const unexpected = 'GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: close\r\n\r\n'
    t.same(await statuses(unexpected), [417])
    t.same(await statuses('GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n'), [400])
  }
})

t.test('serves HTTPS on both listeners', async (t) => {
  const { files, cert } = createCertificate(t.testdir({}))
  const { ports } = await listen(t, { TLS_CERT: files.cert, TLS_KEY: files.key })
  for (const [listener, path, status] of [
    ['public', '/metrics', 404], ['management', '/metrics', 200], ['management', summary, 404]
  ] as const) {
    const socket = connectTls({ port: ports[listener], host: '127.0.0.1', ca: cert }).setEncoding('latin1')
    let received = ''
    socket.on('data', (text) => { received += text })
    socket.write(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`)
    await once(socket, 'close')
    t.match(received, `HTTP/1.1 ${status} `, `${listener} ${path}`)
    t.equal(await sendRaw(ports[listener], 'GET /healthz HTTP/1.0\r\n\r\n'), '', 'no HTTP without TLS')
  }
})

t.test('closes both listeners without losing a request', async (t) => {
  const { app, ports, simulator } = await listen(t)
  const open = async () => {
    const socket = connect(ports.management, '127.0.0.1').setEncoding('latin1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  const received = async (socket: Socket) => String((await once(socket, 'data'))[0])
  const [idle, busy] = [await open(), await open()]
  idle.resume()
  simulator.intercept = ({ upstream }) => upstream === 'compute' ? 'hang' : undefined
  const requested = once(app.server, 'request')
  busy.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await requested
  const ends = [once(idle, 'close'), once(busy, 'close')]
  const response = received(busy)
  const closed = app.close()
  t.match(await response, /^HTTP\/1\.1 503 [^]*\r\nconnection: close\r\n/)
  await Promise.all([...ends, closed])
  t.equal(app.management!.listening, false)
  const [err] = await once(connect(ports.management, '127.0.0.1'), 'error')
  t.equal(err.code, 'ECONNREFUSED')
})

t.test('closes a management listener whose server does not listen', async (t) => {
  const { app } = await startService(t, { env: { MANAGEMENT_LISTEN: '127.0.0.1:0' } })
  await app.listenForManagement()
  await app.close()
  t.equal(app.management!.listening, false)
})

t.test('rejects an address that cannot be used', async (t) => {
  const { ports } = await listen(t)
  const unusable = {
    [`127.0.0.1:${ports.public}`]: /^MANAGEMENT_LISTEN cannot be used: listen EADDRINUSE/,
    'nowhere.invalid:9090': /^MANAGEMENT_LISTEN cannot be used: getaddrinfo /
  }
  for (const [MANAGEMENT_LISTEN, message] of Object.entries(unusable)) {
    const { app } = await startService(t, { env: { MANAGEMENT_LISTEN } })
    await t.rejects(app.listenForManagement(), { name: 'InvalidSetting', message })
  }
})
