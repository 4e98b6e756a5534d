import t from 'tap'
import { query } from '#lib/metrics/influxdb/query.js'
import type { InfluxSettings } from '#lib/metrics/influxdb/query.js'
import type { UpstreamRequest } from '#lib/upstream/request.js'

const settings = { url: 'http://influx:8086/', database: 'mon' }

/** Two statements to an InfluxDB that answers with these results, a piece a line; and what it was sent. */
async function ask (results: object[], more: Partial<InfluxSettings> = {}) {
  const calls: UpstreamRequest[] = []
  const answer = async (_: string, call: UpstreamRequest) => {
    calls.push(call)
    return { status: 200, headers: {}, body: results.map((result) => ({ results: [result] })) }
  }
  const series = await query(
    answer,
    { ...settings, ...more },
    'read-series',
    ['SELECT 1', 'SELECT 2'],
    { id: 'x', step: { duration: '60s' } }
  )
  return { series, call: calls[0]! }
}

const piece = (id: number, time: number, more: object = {}) => ({
  statement_id: id, series: [{ values: [[time, 1]], ...more }]
})

t.test('sends all statements in one request, with what they are bound to beside them', async (t) => {
  const { call } = await ask([{ statement_id: 0 }, { statement_id: 1 }])
  t.match(call, { url: 'http://influx:8086/query', method: 'POST', lines: true })
  t.same(Object.fromEntries(new URLSearchParams(call.body)), {
    db: 'mon',
    q: 'SELECT 1; SELECT 2',
    params: '{"id":"x","step":{"duration":"60s"}}',
    epoch: 's',
    chunked: 'true',
    chunk_size: '100000'
  })
  t.equal(call.headers?.authorization, undefined)
})

t.test('logs in with a user and a password, or a token', async (t) => {
  const authorization = async (more: Partial<InfluxSettings>) =>
    (await ask([{ statement_id: 0 }, { statement_id: 1 }], more)).call.headers?.authorization
  t.equal(
    await authorization({ username: 'ann', password: 's:t' }),
    `Basic ${Buffer.from('ann:s:t').toString('base64')}`
  )
  t.equal(await authorization({ username: 'ann' }), `Basic ${Buffer.from('ann:').toString('base64')}`)
  t.equal(await authorization({ token: 'abc' }), 'Token abc')
  const { call } = await ask([{ statement_id: 0 }, { statement_id: 1 }], { retentionPolicy: 'month' })
  t.equal(new URLSearchParams(call.body).get('rp'), 'month')
})

t.test('joins the pieces of each statement', async (t) => {
  const { series } = await ask([{ ...piece(0, 1), partial: true }, piece(0, 2), { statement_id: 1 }])
  t.same(series, [[{ values: [[1, 1]] }, { values: [[2, 1]] }], []])
})

t.test('refuses an answer that was cut short', async (t) => {
  const answers = [
    [piece(0, 1), { ...piece(1, 1), partial: true }],
    [piece(0, 1), piece(1, 1, { partial: true })],
    [piece(0, 1)],
    []
  ]
  for (const results of answers) {
    await t.rejects(ask(results), {
      name: 'UpstreamError',
      upstream: 'metrics',
      reason: 'invalid',
      message: 'metrics: returned a truncated response'
    })
  }
})

t.test('says what an operator can do about an error, and not what InfluxDB says', async (t) => {
  const errors: Array<[string, RegExp]> = [
    ['database not found: secret', /check INFLUX_DATABASE$/],
    ['retention policy not found: secret', /check INFLUX_RETENTION_POLICY$/],
    ['max-concurrent-queries limit exceeded(20, 20)', /^metrics: runs as many queries as it may$/],
    ['query-timeout limit exceeded', /^metrics: stopped a query that took too long$/],
    ['a secret', /^metrics: failed to run a query$/]
  ]
  for (const [error, message] of errors) {
    await t.rejects(ask([{ statement_id: 0, error }, { statement_id: 0, error: 'not executed' }]), {
      message
    })
  }
})
