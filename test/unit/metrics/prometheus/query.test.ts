import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import { createQueries } from '#lib/metrics/prometheus/query.js'
import type { PrometheusSettings } from '#lib/metrics/prometheus/query.js'
import { fakeStore, matrix, vector } from '#test/support/prometheus/fake.js'
import { root } from '#test/support/root.js'
import { listOf, sampled } from '#test/support/samples.js'

type Respond = Parameters<typeof fakeStore>[0]

function connect (respond: Respond, settings: Partial<PrometheusSettings> = {}) {
  const store = fakeStore(respond)
  const queries = createQueries(store.upstream, { url: 'http://p', timeout: 10_000, ...settings })
  return { ...store, queries }
}
const captured = (file: string) =>
  JSON.parse(readFileSync(join(root, 'test/support/prometheus/responses', file), 'utf8'))

t.test('a query is a form with its time, and forbids partial and cached responses', async (t) => {
  const { queries, requests, forms } = connect(() => matrix())
  t.same(await queries.samples('read-series', 'x{a=~"b"}', 1_700_000_000, 1_700_000_600), [])
  t.match(requests[0], {
    operation: 'read-series',
    method: 'POST',
    idempotent: true,
    url: 'http://p/api/v1/query',
    headers: { 'content-type': 'application/x-www-form-urlencoded' }
  })
  t.same(Object.fromEntries(forms[0]!), {
    query: 'x{a=~"b"}[601s]',
    time: '1700000600',
    timeout: '10s',
    partial_response: 'false',
    dedup: 'true',
    deny_partial_response: '1',
    nocache: '1'
  })
})

t.test('the path of the URL stays, and its last slash does not', async (t) => {
  for (const [url, expected] of [
    ['http://p/', 'http://p/api/v1/query'],
    ['https://mimir/prometheus', 'https://mimir/prometheus/api/v1/query'],
    ['http://v:8481/select/0/prometheus/', 'http://v:8481/select/0/prometheus/api/v1/query']
  ]) {
    const { queries, requests } = connect(() => vector(), { url })
    await queries.labels('x', 'y', 1)
    t.equal(requests[0]!.url, expected)
  }
})

t.test('the credential and the tenant are headers', async (t) => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  const headersOf = async (settings: Partial<PrometheusSettings>) => {
    const { queries, requests } = connect(() => vector(), settings)
    await queries.check(1)
    const { 'content-type': _, ...headers } = requests[0]!.headers!
    return headers
  }
  t.same(await headersOf({}), {})
  t.same(await headersOf({ username: 'ann', password: 'pä$$' }), { authorization: basic('ann:pä$$') })
  t.same(await headersOf({ username: 'ann' }), { authorization: basic('ann:') })
  t.same(await headersOf({ username: 'ann', token: 'abc' }), { authorization: 'Bearer abc' })
  t.same(await headersOf({ tenant: 'a|b' }), { 'x-scope-orgid': 'a|b' })
})

t.test('samples are in the range, and in milliseconds', async (t) => {
  const { queries } = connect(() => matrix([{ a: 'b' }, [
    [99.999, 1], [100, 2], [100.0004, 3], [150.1236, '4e3'], [160, 'NaN'], [199.999, -5], [200, 6]
  ]]))
  t.same(await queries.samples('x', 'y', 100, 200), [
    sampled({ a: 'b' }, [[100_000, 2], [100_000, 3], [150_124, 4_000], [160_000, NaN], [199_999, -5]])
  ])
})

t.test('samples in another layout than that of the stores are read', async (t) => {
  const { queries } = connect(() => JSON.stringify(matrix([{ a: 'b' }, [[100, '2'], [115, 'NaN']]]), null, 1))
  t.same(await queries.samples('x', 'y', 100, 200), [sampled({ a: 'b' }, [[100_000, 2], [115_000, NaN]])])
})

t.test('an index in place of samples is invalid', async (t) => {
  const result = [{ metric: {}, values: 0 }]
  const { queries } = connect(() => ({ status: 'success', data: { resultType: 'matrix', result } }))
  await t.rejects(queries.samples('x', 'y', 0, 9), {
    reason: 'invalid', message: 'metrics: returned samples in an unexpected format'
  })
})

t.test('responses of real stores are read', async (t) => {
  const { queries: prometheus } = connect(() => captured('prometheus-memory.json'))
  const memory = await prometheus.samples('x', 'y', 0, 2e9)
  t.same(memory.map(({ labels }) => labels.__name__), ['available', 'unused', 'usable'].map(
    (name) => `libvirt_domain_memory_stats_${name}_bytes`))
  t.same(memory.map(({ times }) => times.length), [6, 6, 6])
  t.same(listOf(memory[0]!)[0], [1_795_635_755_282, 161_619_968])
  const { queries: victoriaMetrics } = connect(() => captured('victoria-metrics-stale.json'))
  const [restarted] = await victoriaMetrics.samples('x', 'y', 0, 2e9)
  t.equal(restarted!.times.length, 16)
  t.equal(restarted!.values.filter(Number.isFinite).length, 15, 'and the end of one')
})

t.test('a partial response is rejected, and one without any store is empty', async (t) => {
  const partial = { reason: 'invalid', message: 'metrics: returned a partial response' }
  for (const mark of [
    { isPartial: true }, { warnings: ['fetch series from 10.0.0.1: deadline exceeded'] },
    { warnings: ['No StoreAPIs matched for this query', 'another one'] }
  ]) {
    for (const body of [{ ...matrix(), ...mark }, { ...vector(), ...mark }]) {
      const { queries } = connect(() => body)
      const isMatrix = body.data.resultType === 'matrix'
      const read = async () => isMatrix ? queries.samples('x', 'y', 0, 9) : queries.labels('x', 'y', 9)
      await t.rejects(read, partial)
    }
    const { queries } = connect(() => ({ status: 'success', data: [], ...mark }))
    await t.rejects(queries.series('x', 'y', 0, 9), partial)
  }
  for (const mark of [
    { isPartial: false }, { warnings: [] }, { infos: ['metric might not be a counter'] },
    { warnings: ['No StoreAPIs matched for this query'] }
  ]) {
    t.same(await connect(() => ({ ...matrix(), ...mark })).queries.samples('x', 'y', 0, 9), [])
  }
})

t.test('a response in another format is invalid, and is not quoted', async (t) => {
  const bodies: unknown[] = [
    {}, { status: 'error', error: 'hidden' }, { status: 'success' }, { ...vector({ hidden: 'x' }) },
    { status: 'success', data: { resultType: 'matrix', result: [{ metric: { a: 1 }, values: [] }] } },
    { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: [['now', '1']] }] } },
    { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: [[1, 1]] }] } },
    { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } }
  ]
  for (const body of bodies) {
    const { queries } = connect(() => body as object)
    const err = await queries.samples('x', 'y', 0, 9).catch((err) => err)
    t.match(err, { name: 'UpstreamError', reason: 'invalid', message: /returned .* in an unexpected format/ })
    t.notMatch(err.message, 'hidden')
  }
})

t.test('each status of the store has a meaning', async (t) => {
  const refused = { reason: 'refused', message: /check PROMETHEUS_USERNAME, .* and PROMETHEUS_TENANT/ }
  const rejected = { reason: 'invalid', message: 'metrics: rejected a query' }
  const meanings: Array<[UpstreamError['reason'], number, object]> = [
    ['refused', 401, refused],
    ['refused', 403, refused],
    ['invalid', 400, rejected],
    ['invalid', 422, rejected],
    ['invalid', 404, { reason: 'invalid', message: /no Prometheus API there: check PROMETHEUS_URL/ }],
    ['invalid', 503, { reason: 'unreachable', message: /is overloaded, or has only a part/ }],
    ['invalid', 500, { reason: 'invalid', message: 'metrics: as sent' }],
    ['invalid', 200, { reason: 'invalid', message: /too large, or not JSON/ }],
    ['timeout', 200, { reason: 'timeout', message: 'metrics: as sent' }],
    ['unreachable', 0, { reason: 'unreachable', message: 'metrics: as sent' }]
  ]
  for (const status of [413, 429, 503]) {
    meanings.push(['unavailable', status, { reason: 'unavailable', message: 'metrics: as sent' }])
  }
  for (const [reason, status, expected] of meanings) {
    const details = status === 0 ? {} : { status, ...(reason === 'unavailable' && { retryAfter: 30 }) }
    const { queries } = connect(() => new UpstreamError('metrics', reason, 'as sent', details))
    const err = await queries.samples('x', 'y', 0, 9).catch((err) => err)
    t.match(err, { name: 'UpstreamError', details, ...expected }, `${status}`)
  }
  await t.rejects(connect(() => new TypeError('a bug')).queries.check(1), { name: 'TypeError' })
})
