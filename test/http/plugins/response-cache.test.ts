import { gunzipSync } from 'node:zlib'
import t from 'tap'
import type { Test } from 'tap'
import { startService } from '#test/support/service.js'

const demo = 'da9572dd8c0a4857aa12d9c4cbb76306'
const summary = '/v1/openstack/projects/summary'
const instances = `/v1/openstack/projects/${demo}/instances?limit=5`
const series = '/v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage?timeRangeFrom=2h&timeRangeTo=1h&groupBy=1m'

/** A service that keeps its answers, with a clock that the test moves. */
async function keeping (t: Test, env = {}) {
  const clock = { time: Date.parse('2026-11-23T12:00:00.500Z') }
  const service = await startService(t, { env: { CACHE: 'on', ...env }, now: () => clock.time, projects: 3 })
  const calls = () => service.simulator.calls.splice(0).length
  return { ...service, clock, calls }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 100))

for (const [url, ttl] of [[summary, 30], [instances, 10], [series, 5]] as const) {
  t.test(`keeps ${url.slice(22)} for ${ttl} s, and says how old it is`, async (t) => {
    const { app, clock, calls } = await keeping(t)
    const first = await app.inject(url)
    t.match(first.headers, { 'cache-control': `private, max-age=${ttl}`, age: '0', vary: 'accept-encoding', 'content-type': 'application/json; charset=utf-8' })
    t.ok(calls() > 0)
    clock.time += ttl * 1000 - 1
    const again = await app.inject(url)
    t.equal(calls(), 0)
    t.equal(again.body, first.body)
    t.equal(again.headers.age, String(ttl - 1))
  })

  t.test(`answers 304 to who has ${url.slice(22)} already`, async (t) => {
    const { app } = await keeping(t)
    const { headers: { etag } } = await app.inject(url)
    const answer = await app.inject({ url, headers: { 'if-none-match': String(etag) } })
    t.match(answer, { statusCode: 304, body: '', headers: { etag } })
    t.equal((await app.inject({ url, headers: { 'if-none-match': '"other"' } })).statusCode, 200)
  })
}

t.test('says how old a summary is that has no project in it', async (t) => {
  const { app, clock } = await keeping(t)
  const url = `${summary}?projectName=no-such-name`
  t.same((await app.inject(url)).json(), [])
  clock.time += 12_000
  t.equal((await app.inject(url)).headers.age, '12')
})

t.test('reads once for all who ask at the same time', async (t) => {
  const { app, count } = await keeping(t)
  const answers = await Promise.all(Array.from({ length: 20 }, () => app.inject(series)))
  t.equal(new Set(answers.map(({ body }) => body)).size, 1)
  t.equal(count('metrics'), 1)
})

t.test('gives out the old while it reads the new', async (t) => {
  const { app, clock, calls } = await keeping(t)
  await app.inject(instances)
  clock.time += 12_000
  calls()
  t.equal((await app.inject(instances)).headers.age, '12')
  await settled()
  t.ok(calls() > 0)
  t.equal((await app.inject(instances)).headers.age, '0')
})

t.test('goes on with the old while the upstream is down, and its age tells', async (t) => {
  const { app, clock, simulator } = await keeping(t)
  const { body } = await app.inject(series.replace(/time.*groupBy/, 'timeRangeFrom=1795431600&timeRangeTo=1795435200&groupBy'))
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
  const url = series.replace(/time.*groupBy/, 'timeRangeFrom=1795431600&timeRangeTo=1795435200&groupBy')
  clock.time += 60_000
  const stale = await app.inject(url)
  t.equal(stale.body, body)
  t.equal(stale.headers.age, '60')
  clock.time += 600_000
  t.equal((await app.inject(url)).statusCode, 503)
})

t.test('keeps a project\'s last good quota while a service is down, and its age tells', async (t) => {
  const { app, clock, simulator } = await keeping(t)
  const { body } = await app.inject(summary)
  simulator.intercept = ({ upstream }) => upstream === 'block-storage' ? { status: 500 } : undefined
  clock.time += 90_000
  const stale = await app.inject(summary)
  t.equal(stale.body, body)
  t.equal(stale.headers.age, '90')
  clock.time += 600_000
  t.match((await app.inject(summary)).json()[0], { unavailable: ['block-storage'], volumeStorageUsed: null, instancesUsed: 42 })
})

t.test('does not keep an answer in which something is missing', async (t) => {
  const { app, simulator } = await keeping(t)
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
  t.match((await app.inject(instances)).json(), { unavailable: ['metrics'] })
  simulator.intercept = undefined
  t.equal((await app.inject(instances)).json().unavailable, undefined)
})

t.test('reads for a page or a filter nothing that it has', async (t) => {
  const { app, calls, count } = await keeping(t)
  await app.inject(summary)
  calls()
  await app.inject(`${summary}?limit=2`)
  await app.inject(`${summary}?projectName=demo`)
  t.equal(count('compute') + count('network') + count('block-storage'), 0)
})

t.test('keeps answers apart that differ in anything', async (t) => {
  const { app } = await keeping(t)
  const bodies = await Promise.all([`${summary}?limit=1`, `${summary}?limit=2`, `${summary}?projectName=demo`, instances, `${instances}&hostname=x`,
    series, series.replace('cpu', 'mem'), series.replace('1m', '5m'), series.replace('929c', '829c')].map(async (url) => (await app.inject(url)).body))
  t.equal(new Set(bodies).size, bodies.length)
  const [one, other] = await Promise.all([`${summary}?limit=1&projectName=d`, `${summary}?projectName=d&limit=1`].map((url) => app.inject(url)))
  t.equal(one!.headers.etag, other!.headers.etag)
})

t.test('sends the encoding that the caller takes', async (t) => {
  const { app } = await keeping(t)
  const plain = await app.inject(summary)
  const zipped = await app.inject({ url: summary, headers: { 'accept-encoding': 'gzip' } })
  t.equal(zipped.headers['content-encoding'], 'gzip')
  t.equal(gunzipSync(zipped.rawPayload).toString(), plain.body)
  t.equal(zipped.headers.etag, plain.headers.etag)
  t.equal((await app.inject({ url: summary, headers: { 'accept-encoding': 'gzip, br' } })).headers['content-encoding'], 'br')
  t.equal(plain.headers['content-encoding'], undefined)
})

t.test('answers HEAD without a body', async (t) => {
  const { app } = await keeping(t)
  const { body, headers, statusCode } = await app.inject({ method: 'HEAD', url: summary })
  t.match({ body, statusCode, etag: headers.etag }, { body: '', statusCode: 200, etag: String })
})

t.test('gives what is kept to no method that has no route', async (t) => {
  const { app } = await keeping(t)
  for (const method of ['GET', 'POST', 'DELETE', 'HEAD', 'GET'] as const) {
    t.equal((await app.inject({ method, url: summary })).statusCode, method === 'GET' || method === 'HEAD' ? 200 : 404, method)
  }
})

t.test('keeps nothing where that is switched off', async (t) => {
  for (const env of [{ CACHE: 'off' }, { SERIES_TTL: '0' }]) {
    const { app, count } = await keeping(t, env)
    const url = series.replace('timeRangeFrom=2h&timeRangeTo=1h', 'defaultTimeRange=1h')
    t.equal((await app.inject(url)).headers['cache-control'], 'private, max-age=0')
    await app.inject(url)
    t.equal(count('metrics'), 2)
  }
})
