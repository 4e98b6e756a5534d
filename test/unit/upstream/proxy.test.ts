import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { parseProxies } from '#lib/config/proxies.js'
import type { Settings } from '#lib/config/settings.js'
import { loadUpstreamTls } from '#lib/config/upstream-tls.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import { createCertificate } from '#test/support/certificates.js'
import { startProxy } from '#test/support/forward-proxy.js'
import { pemFiles } from '#test/support/pem-files.js'
import { serveUpstream } from '#test/support/loopback.js'

const folder = t.testdir({})
// One certificate serves both sides. Only the proxy knows the address of this name.
const { files, cert, key } = createCertificate(folder, '', 'DNS:keystone.invalid')
const name = 'keystone.invalid'

/** A proxy, an upstream over http and one over https that requires a client certificate. */
async function serve (t: Test, limits = { timeout: 60_000, connections: 2 }) {
  const proxy = await startProxy(t)
  const received: Array<Record<string, unknown>> = []
  const { url } = await serveUpstream(t, limits, (request, response) => {
    received.push(request.headers)
    response.end('{"over":"http"}')
  })
  const secure = createServer({ cert, key, ca: cert, requestCert: true }, (request, response) => {
    received.push(request.headers)
    response.end('{"over":"https"}')
  })
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { secure.closeAllConnections(); secure.close() })
  const ports = { http: Number(new URL(url).port), https: (secure.address() as AddressInfo).port }

  const closing: Array<() => Promise<unknown>> = []
  /** Closes the connections that are idle. */
  const close = () => Promise.all(closing.map((close) => close()))
  /** A function that sends a request through the proxies of these settings. */
  const connect = (settings: Partial<Settings>, paths: object = { cacert: files.cert, ...files }) => {
    const tls = loadUpstreamTls(pemFiles(paths))
    const dispatcher = createDispatcher(limits, tls, parseProxies(settings as Settings))
    t.teardown(() => dispatcher.destroy())
    closing.push(dispatcher.close)
    const upstream = createUpstream(dispatcher, limits)
    return (scheme: 'http' | 'https', host = name) => upstream('identity', {
      operation: 'show-version',
      url: `${scheme}://${host}:${ports[scheme]}/v3?a=b`,
      headers: { 'x-auth-token': 's' }
    })
  }
  return { proxy, received, ports, connect, close }
}

t.test('connections through a proxy close once their requests have ended', async (t) => {
  const { proxy, connect, close } = await serve(t)
  const get = connect({ HTTP_PROXY: proxy.host, HTTPS_PROXY: proxy.host })
  t.match(await get('https'), { status: 200 })
  await close()
  await t.rejects(get('https'), { name: 'UpstreamError', message: /./ })
})

t.test('https goes through a tunnel, with the upstream\'s TLS settings, and a login', async (t) => {
  const { proxy, received, ports, connect } = await serve(t)
  const get = connect({ HTTPS_PROXY: `http://me:p%40ss@${proxy.host}` })
  t.match(await get('https'), { status: 200, body: { over: 'https' } })
  const login = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  t.same(proxy.requests, [{ method: 'CONNECT', url: `${name}:${ports.https}`, login }])
  t.match(received, [{ host: `${name}:${ports.https}`, 'x-auth-token': 's' }])
  t.notOk('proxy-authorization' in received[0]!)

  const untrusting = connect({ HTTPS_PROXY: proxy.host }, files)
  await t.rejects(untrusting('https'), { reason: 'unreachable', message: /SELF_SIGNED_CERT/ })
  t.match(await connect({ HTTPS_PROXY: proxy.host }, { insecure: true, ...files })('https'), { status: 200 })
})

t.test('http goes to the proxy without a tunnel', async (t) => {
  const { proxy, received, ports, connect } = await serve(t)
  const get = connect({ HTTP_PROXY: `http://me:secret@${proxy.host}` })
  t.match(await get('http'), { status: 200, body: { over: 'http' } })
  t.match(proxy.requests, [{ method: 'GET', url: `http://${name}:${ports.http}/v3?a=b`, login: /^Basic / }])
  t.match(received, [{ host: `${name}:${ports.http}` }])
  t.match(await get('https'), { body: { over: 'https' } }, 'so does https, without a proxy of its own')
  t.match(proxy.requests[1], { method: 'CONNECT', login: /^Basic / })
})

t.test('loopback, and the hosts of NO_PROXY, are called directly', async (t) => {
  const { proxy, connect } = await serve(t)
  const only = connect({ HTTPS_PROXY: proxy.host })
  t.match(await only('http', '127.0.0.1'), { status: 200 })
  const both = { HTTP_PROXY: proxy.host, HTTPS_PROXY: proxy.host }
  const get = connect(both, { insecure: true, ...files })
  for (const host of ['127.0.0.1', 'localhost']) t.match(await get('https', host), { status: 200 })
  t.same(proxy.requests, [])
  for (const NO_PROXY of [name, 'invalid', '.invalid', '*.invalid', `a, ${name.toUpperCase()}`, '*']) {
    await t.rejects(connect({ ...both, NO_PROXY })('http'), { message: /ENOTFOUND|EAI_AGAIN/ }, NO_PROXY)
  }
  t.same(proxy.requests, [])
  t.match(await connect({ ...both, NO_PROXY: 'stone.invalid,keystone' })('http'), { status: 200 })
  t.equal(proxy.requests.length, 1)
})

t.test('requests share their connections through a proxy', async (t) => {
  const { proxy, received, connect } = await serve(t)
  const get = connect({ HTTPS_PROXY: proxy.host })
  await Promise.all(Array.from({ length: 20 }, () => get('https')))
  t.equal(received.length, 20)
  t.ok(proxy.requests.length <= 2)
})

/** The failures of a proxy: reason and message with a tunnel, and without one. */
const failures = [
  [407, 'unreachable', 'the proxy rejects its login', 'unreachable', 'the proxy rejects its login'],
  [403, 'unreachable', 'the proxy returned status 403', 'refused', 'rejected the service\'s credential'],
  [503, 'unreachable', 'the proxy returned status 503', 'invalid', 'returned status 503'],
  ['drop', 'unreachable', 'the proxy cannot be reached', 'unreachable', 'UND_ERR_SOCKET'],
  ['hang', 'timeout', 'did not respond', 'timeout', 'did not respond']
] as const

for (const [mode, tunnelReason, tunnelMessage, reason, message] of failures) {
  const does = typeof mode === 'number' ? `returns ${mode}` : `${mode}s`
  t.test(`a proxy that ${does} is named, and tried again`, async (t) => {
    const { proxy, connect } = await serve(t, { timeout: mode === 'hang' ? 400 : 60_000, connections: 1 })
    const secret = `http://me:hidden@${proxy.host}`
    const get = connect({ HTTPS_PROXY: secret, HTTP_PROXY: secret })
    proxy.state.mode = mode
    for (const [scheme, why, text] of [
      ['https', tunnelReason, tunnelMessage], ['http', reason, message]
    ] as const) {
      proxy.requests.length = 0
      const err = await get(scheme).then(() => undefined, (err) => err)
      t.match(err, { name: 'UpstreamError', upstream: 'identity', reason: why }, scheme)
      t.match(err.message, text)
      t.notMatch(err.message, /hidden|127\.0\.0\.1|keystone/)
      t.ok(proxy.requests.length <= 2, 'with one retry at most')
    }
    proxy.state.mode = 'forward'
    // A connection attempt that hangs ends with the deadline of its request, at about the same moment.
    const again = async (scheme: 'http' | 'https') => {
      while (await get(scheme).then(() => false, () => true));
    }
    await again('https')
    await again('http')
  })
}

t.test('a proxy that does not listen', async (t) => {
  const { proxy, connect } = await serve(t)
  proxy.close()
  const get = connect({ HTTPS_PROXY: proxy.host, HTTP_PROXY: proxy.host })
  const common = { name: 'UpstreamError', reason: 'unreachable' }
  await t.rejects(get('https'), {
    ...common, message: 'identity: cannot be reached (the proxy cannot be reached (ECONNREFUSED))'
  })
  await t.rejects(get('http'), { ...common, message: 'identity: cannot be reached (ECONNREFUSED)' })
})
