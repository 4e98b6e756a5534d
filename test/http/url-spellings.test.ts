import type { AddressInfo } from 'node:net'
import t from 'tap'
import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService as startAuthenticated } from '#test/support/authenticated-service.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'

const base = '/v1/openstack/projects'
const range = 'defaultTimeRange=10m&groupBy=1m'
const routes: Array<[path: string, query: string]> = [
  ['/healthz', ''], ['/readyz', ''], ['/metrics', ''], ['/openapi.json', ''], ['/openapi.yaml', ''],
  ['/docs', ''], ['/docs/static/swagger-ui.css', ''], [`${base}/summary`, '?limit=1'],
  [`${base}/summaries`, ''],
  [`${base}/${demoProjectId}/instances`, '?limit=1'],
  ...['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets'].map(
    (usage): [string, string] => [`${base}/${demoInstanceId}/${usage}`, `?${range}`])
]
/** Spellings that clients make of a base URL and a path. */
const spellings: Array<(path: string) => string> = [
  (path) => `/${path}`,
  (path) => `//${path}`,
  (path) => `${path}/`,
  (path) => `/${path}/`,
  (path) => `${path}//`,
  (path) => path.replaceAll('/', '//'),
  (path) => `http://localhost${path}`
]

/**
 * Starts a service with its caches, at one moment in time, and returns a function that sends a URL as it is
 * spelled.
 */
async function listen (t: Parameters<typeof startService>[0]) {
  const now = Date.now()
  const { app, simulator, count } = await startService(t, { env: { CACHE: 'on' }, now: () => now })
  await app.listen({ host: '127.0.0.1', port: 0 })
  // The start itself calls the cloud.
  await app.openstack.reach()
  const { port } = app.server.address() as AddressInfo
  const get = async (url: string, method = 'GET') => {
    const message = `${method} ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
    return responsesIn(await sendRaw(port, message))[0]!
  }
  return { simulator, get, reads: () => count('compute') + count('metrics') }
}

t.test('understands doubled slashes and a slash at the end on every route', async (t) => {
  const { get, reads, simulator } = await listen(t)
  for (const [path, query] of routes) {
    await get(path + query)
    simulator.calls.length = 0
    for (const spell of spellings) {
      const url = spell(path) + query
      const { statusCode, headers } = await get(url)
      t.equal(statusCode, 200, url)
      t.notOk('location' in headers)
      t.equal((await get(url, 'POST')).statusCode, 405, url)
    }
    t.equal(reads(), 0, 'all spellings share a cached response')
  }
})

t.test('the page at /docs/ loads its files from /docs/static', async (t) => {
  const { get } = await listen(t)
  for (const url of ['/docs', '/docs/', '//docs']) {
    const { body } = await get(url)
    t.match(body, 'src="/docs/static/swagger-initializer.js"', url)
  }
})

t.test('never redirects to another host', async (t) => {
  const { get } = await listen(t)
  const hosts = [
    '//evil.example', '///evil.example', '/\\evil.example', 'http://evil.example', '/%2fevil.example'
  ]
  for (const host of hosts) {
    for (const path of ['', '/', '/docs', '/docs/', '/docs/static/index.html', `${base}/summary/`]) {
      const { headers, statusCode } = await get(host + path)
      t.match(headers.location ?? '/', /^\/(?![/\\])/, `${host}${path}: ${statusCode}`)
    }
  }
  t.match(await get('//docs//static//index.html'), { statusCode: 302, headers: { location: '/docs/' } })
})

t.test('links to the next page by the plain path', async (t) => {
  const { get } = await listen(t)
  const { headers } = await get('//v1/openstack//projects/summary/?limit=1')
  t.match(headers.link, /^<\/v1\/openstack\/projects\/summary\?limit=1&/)
})

t.test('a problem names the path as the client spelled it', async (t) => {
  const { get } = await listen(t)
  t.equal(JSON.parse((await get('//nothing/?a')).body).instance, '//nothing/')
})

t.test('checks the token and its access rules, whatever the spelling', async (t) => {
  const { app, get, tokenOf } = await startAuthenticated(t)
  const [restricted, guest] = [await tokenOf('restricted'), await tokenOf('guest')]
  await app.listen({ host: '127.0.0.1', port: 0 })
  const statuses = async (path: string, query: string, token?: string) => Promise.all(
    [(path: string) => path, ...spellings].map(async (spell) => {
      const url = `http://localhost${spell(path).replace('http://localhost', '')}${query}`
      return (await get(url, token)).statusCode
    }))
  for (const [path, query] of routes.filter(([path]) => path.startsWith(base))) {
    for (const token of [undefined, 'made-up', restricted, guest]) {
      t.equal(new Set(await statuses(path, query, token)).size, 1, path)
    }
  }
  t.same(new Set(await statuses(`${base}/summary`, '')), new Set([401]))
  t.same(new Set(await statuses(`${base}/summary`, '', guest)), new Set([403]))
})
