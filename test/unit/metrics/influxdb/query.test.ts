import t from 'tap'
import { query } from '#lib/metrics/influxdb/query.js'
import type { InfluxSettings } from '#lib/metrics/influxdb/query.js'
import type { UpstreamRequest } from '#lib/upstream/request.js'

const settings = { url: 'http://influx:8086/', database: 'mon' }

/** Queries two statements from a simulated InfluxDB. @param results the chunks of its response, one a line */
async function queryTwo (results: object[], more: Partial<InfluxSettings> = {}) {
  const requests: UpstreamRequest[] = []
  const upstream = async (_: string, request: UpstreamRequest) => {
    requests.push(request)
    const lines = [...results.map((result) => JSON.stringify({ results: [result] })), '']
    return { status: 200, headers: {}, body: request.parse!(Buffer.from(lines.join('\n'))) }
  }
  const statements = ['SELECT 1', 'SELECT 2']
  const series = await query(upstream, { ...settings, ...more }, 'read-series', statements)
  return { series, request: requests[0]! }
}

const empty = [{ statement_id: 0 }, { statement_id: 1 }]
const chunk = (id: number, time: number, more: object = {}) =>
  ({ statement_id: id, series: [{ values: [[time, 1]], ...more }] })

t.test('one request has all statements, and binds no parameters', async (t) => {
  const { request } = await queryTwo(empty)
  t.match(request, { url: 'http://influx:8086/query', method: 'POST' })
  t.same(Object.fromEntries(new URLSearchParams(request.body)), {
    db: 'mon',
    q: 'SELECT 1; SELECT 2',
    epoch: 's',
    chunked: 'true',
    chunk_size: '100000'
  })
  t.equal(request.headers?.authorization, undefined)
})

t.test('a request has the credential and the retention policy of the settings', async (t) => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  const authorization = async (more: Partial<InfluxSettings>) =>
    (await queryTwo(empty, more)).request.headers?.authorization
  t.equal(await authorization({ username: 'ann', password: 's:t' }), basic('ann:s:t'))
  t.equal(await authorization({ username: 'ann' }), basic('ann:'))
  t.equal(await authorization({ token: 'abc' }), 'Token abc')
  const { request } = await queryTwo(empty, { retentionPolicy: 'month' })
  t.equal(new URLSearchParams(request.body).get('rp'), 'month')
})

t.test('the chunks of each statement are joined', async (t) => {
  const { series } = await queryTwo([{ ...chunk(0, 1), partial: true }, chunk(0, 2), { statement_id: 1 }])
  t.same(series, [[{ values: [[1, 1]] }, { values: [[2, 1]] }], []])
})

t.test('a truncated response is an error', async (t) => {
  const truncated = [
    [chunk(0, 1), { ...chunk(1, 1), partial: true }],
    [chunk(0, 1), chunk(1, 1, { partial: true })],
    [chunk(0, 1)],
    []
  ]
  const error = {
    name: 'UpstreamError',
    upstream: 'metrics',
    reason: 'invalid',
    message: 'metrics: returned a truncated response'
  }
  for (const results of truncated) await t.rejects(queryTwo(results), error)
})

t.test('an error names the setting to check, and does not quote InfluxDB', async (t) => {
  const errors: Array<[string, RegExp]> = [
    ['database not found: secret', /check INFLUX_DATABASE$/],
    ['retention policy not found: secret', /check INFLUX_RETENTION_POLICY$/],
    ['max-concurrent-queries limit exceeded(20, 20)', /^metrics: runs as many queries as it may$/],
    ['query-timeout limit exceeded', /^metrics: stopped a query that took too long$/],
    ['a secret', /^metrics: failed to run a query$/]
  ]
  for (const [error, message] of errors) {
    const results = [{ statement_id: 0, error }, { statement_id: 0, error: 'not executed' }]
    await t.rejects(queryTwo(results), { message })
  }
})
