import { gunzipSync } from 'node:zlib'
import t from 'tap'
import type { Test } from 'tap'
import { startService } from '#test/support/service.js'

const projects = '/v1/openstack/projects'
const summary = `${projects}/summary`
const instances = `${projects}/da9572dd8c0a4857aa12d9c4cbb76306/instances?limit=5`
const cpuUsage = `${projects}/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage`
const series = `${cpuUsage}?timeRangeFrom=2h&timeRangeTo=1h&groupBy=1m`

/** Starts a service whose caches are on, with a clock that the test moves. */
async function startCaching (t: Test, env = {}) {
  const clock = { time: Date.parse('2026-11-23T12:00:00.500Z') }
  const service = await startService(t, { env: { CACHE: 'on', ...env }, now: () => clock.time, projects: 3 })
  /** The number of upstream requests since the last call of this function. */
  const calls = () => service.simulator.calls.splice(0).length
  return { ...service, clock, calls }
}

const nextTimer = () => new Promise((resolve) => setTimeout(resolve, 10))

for (const [url, ttl] of [[summary, 30], [instances, 10], [series, 5]] as const) {
  t.test(`caches ${url.slice(22)} for ${ttl} s, and returns its age`, async (t) => {
    const { app, clock, calls } = await startCaching(t)
    const first = await app.inject(url)
    t.match(first.headers, {
      'cache-control': `private, max-age=${ttl}`,
      age: '0',
      vary: 'accept-encoding',
      'content-type': 'application/json; charset=utf-8'
    })
    t.ok(calls() > 0)
    clock.time += ttl * 1000 - 1
    const again = await app.inject(url)
    t.equal(calls(), 0)
    t.equal(again.body, first.body)
    t.equal(again.headers.age, String(ttl - 1))
  })

  t.test(`responds 304 where the client has ${url.slice(22)} already`, async (t) => {
    const { app } = await startCaching(t)
    const { headers: { etag } } = await app.inject(url)
    const response = await app.inject({ url, headers: { 'if-none-match': String(etag) } })
    t.match(response, { statusCode: 304, body: '', headers: { etag } })
    t.equal((await app.inject({ url, headers: { 'if-none-match': '"other"' } })).statusCode, 200)
  })
}

t.test('returns the age of an empty summary', async (t) => {
  const { app, clock } = await startCaching(t)
  const url = `${summary}?projectName=no-such-name`
  t.same((await app.inject(url)).json(), [])
  clock.time += 12_000
  t.equal((await app.inject(url)).headers.age, '12')
})

t.test('reads once for concurrent identical requests', async (t) => {
  const { app, count } = await startCaching(t)
  const responses = await Promise.all(Array.from({ length: 20 }, () => app.inject(series)))
  t.equal(new Set(responses.map(({ body }) => body)).size, 1)
  t.equal(count('metrics'), 1)
})

t.test('serves a stale response while it is refreshed', async (t) => {
  const { app, clock, calls } = await startCaching(t)
  await app.inject(instances)
  clock.time += 12_000
  calls()
  t.match((await app.inject(instances)).headers, { age: '12', 'cache-control': 'private, no-cache' })
  let refreshed = await app.inject(instances)
  while (refreshed.headers.age !== '0') {
    await nextTimer()
    refreshed = await app.inject(instances)
  }
  t.ok(calls() > 0)
  t.equal(refreshed.headers['cache-control'], 'private, max-age=10')
})

t.test('serves a stale response with its age while the upstream is down', async (t) => {
  const { app, clock, simulator } = await startCaching(t)
  const url = `${cpuUsage}?timeRangeFrom=1795431600&timeRangeTo=1795435200&groupBy=1m`
  const { body } = await app.inject(url)
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
  clock.time += 60_000
  const stale = await app.inject(url)
  t.equal(stale.body, body)
  t.match(stale.headers, { age: '60', 'cache-control': 'private, no-cache' })
  clock.time += 600_000
  t.equal((await app.inject(url)).statusCode, 503)
})

t.test('serves the latest quotas of a project with their age while a service is down', async (t) => {
  const { app, clock, simulator } = await startCaching(t)
  const { body } = await app.inject(summary)
  simulator.intercept = ({ upstream }) => upstream === 'block-storage' ? { status: 500 } : undefined
  clock.time += 90_000
  const stale = await app.inject(summary)
  t.equal(stale.body, body)
  t.match(stale.headers, { age: '90', 'cache-control': 'private, no-cache' })
  t.equal((await app.inject(summary)).headers['cache-control'], 'private, no-cache', 'cached by the service')
  clock.time += 600_000
  t.match((await app.inject(summary)).json()[0], {
    unavailable: ['block-storage'], volumeStorageUsed: null, instancesUsed: 42
  })
})

t.test('does not cache a partial response', async (t) => {
  const { app, simulator } = await startCaching(t)
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
  t.match((await app.inject(instances)).json(), { unavailable: ['metrics'] })
  simulator.intercept = undefined
  t.equal((await app.inject(instances)).json().unavailable, undefined)
})

for (const url of [summary, instances]) {
  t.test(`lets no client cache a partial response of ${url.slice(22)}, and still sends a 304`, async (t) => {
    const { app, simulator } = await startCaching(t)
    const upstream = url === summary ? 'block-storage' : 'metrics'
    simulator.intercept = (call) => call.upstream === upstream ? 'reset' : undefined
    const { body, headers } = await app.inject(url)
    t.match(body, `"unavailable":["${upstream}"]`)
    t.equal(headers['cache-control'], 'private, no-cache')
    const etag = String(headers.etag)
    const again = await app.inject({ url, headers: { 'if-none-match': etag } })
    t.match(again, { statusCode: 304, headers: { etag, 'cache-control': 'private, no-cache' } })
    simulator.intercept = undefined
    const complete = await app.inject({ url, headers: { 'if-none-match': etag } })
    t.match(complete, { statusCode: 200, headers: { 'cache-control': /^private, max-age=[13]0$/ } })
  })
}

t.test('reads nothing for a page or a filter of a cached summary', async (t) => {
  const { app, calls, count } = await startCaching(t)
  await app.inject(summary)
  calls()
  await app.inject(`${summary}?limit=2`)
  await app.inject(`${summary}?projectName=demo`)
  t.equal(count('compute') + count('network') + count('block-storage'), 0)
})

t.test('separates responses that differ in any parameter', async (t) => {
  const { app } = await startCaching(t)
  const urls = [
    `${summary}?limit=1`, `${summary}?limit=2`, `${summary}?projectName=demo`,
    instances, `${instances}&hostname=x`,
    series, series.replace('cpu', 'mem'), series.replace('1m', '5m'), series.replace('929c', '829c')
  ]
  const bodies = await Promise.all(urls.map(async (url) => (await app.inject(url)).body))
  t.equal(new Set(bodies).size, bodies.length)
  const orders = ['limit=1&projectName=d', 'projectName=d&limit=1']
  const [one, other] = await Promise.all(orders.map((query) => app.inject(`${summary}?${query}`)))
  t.equal(one!.headers.etag, other!.headers.etag)
})

t.test('sends the encoding that the client accepts', async (t) => {
  const { app } = await startCaching(t)
  const plain = await app.inject(summary)
  const zipped = await app.inject({ url: summary, headers: { 'accept-encoding': 'gzip' } })
  t.equal(zipped.headers['content-encoding'], 'gzip')
  t.equal(gunzipSync(zipped.rawPayload).toString(), plain.body)
  t.equal(zipped.headers.etag, plain.headers.etag)
  const preferred = await app.inject({ url: summary, headers: { 'accept-encoding': 'gzip, br' } })
  t.equal(preferred.headers['content-encoding'], 'br')
  t.equal(plain.headers['content-encoding'], undefined)
})

t.test('responds to HEAD without a body', async (t) => {
  const { app } = await startCaching(t)
  const { body, headers, statusCode } = await app.inject({ method: 'HEAD', url: summary })
  t.match({ body, statusCode, etag: headers.etag }, { body: '', statusCode: 200, etag: String })
})

t.test('serves cached responses to no method without a route', async (t) => {
  const { app } = await startCaching(t)
  for (const method of ['GET', 'POST', 'DELETE', 'HEAD', 'GET'] as const) {
    const { statusCode } = await app.inject({ method, url: summary })
    t.equal(statusCode, method === 'GET' || method === 'HEAD' ? 200 : 405, method)
  }
})

t.test('caches nothing with CACHE=off or a TTL of 0', async (t) => {
  for (const env of [{ CACHE: 'off' }, { SERIES_TTL: '0' }]) {
    const { app, count } = await startCaching(t, env)
    const url = `${cpuUsage}?defaultTimeRange=1h&groupBy=1m`
    t.equal((await app.inject(url)).headers['cache-control'], 'private, max-age=0')
    await app.inject(url)
    t.equal(count('metrics'), 2)
  }
})
