import t from 'tap'
import { adminInstanceId, demoInstanceId } from '#simulator/seed.js'
import { simulate, withLiterals } from '#test/support/simulator-client.js'
import type { Literals } from '#test/support/simulator-client.js'
import { cpu, last, mean } from './statements.js'

const now = Date.parse('2026-05-04T12:00:07Z')
const { simulator, query } = await simulate(t, { projects: 5, instances: 60, now: () => now })
const influx = simulator.env.INFLUX_URL

const iso = (ms: number) => new Date(ms).toISOString()
const window = { id: adminInstanceId, start: iso(now - 607_000), end: iso(now), step: { duration: '1m' } }

t.test('rejects an invalid request with 400', async (t) => {
  for (const [q, params, error] of [
    ['SHOW DATABASES', {}, 'error parsing query: '],
    [`${mean(cpu)}; DROP DATABASE mon`, window, 'error parsing query: '],
    [mean(cpu), { ...window, id: 'a\' OR \'\' = \'' }, 'error parsing query: '],
    [mean(cpu), { ...window, id: 'a"b' }, 'error parsing query: '],
    [mean(cpu), { ...window, start: '\\' }, 'error parsing query: '],
    [mean(cpu), { ...window, step: { duration: '1x' } }, 'error parsing query: '],
    [mean(cpu), { ...window, step: { duration: '0s' } }, 'error parsing query: '],
    [mean(cpu), { ...window, step: '1m' }, 'error parsing query: '],
    ['', {}, 'missing required parameter "q"']
  ] as const) {
    const { response, body } = await query(q, params)
    t.equal(response.status, 400)
    t.ok(body.error.startsWith(error), body.error)
    t.equal(response.headers.get('x-influxdb-error'), body.error)
  }
  t.equal((await fetch(`${influx}/query?q=x`)).status, 400)
})

t.test('binds no parameters, as InfluxDB before 1.8 binds no durations', async (t) => {
  for (const params of ['{"step":{"duration":"60s"}}', '{"id":"a"}', '{}', '']) {
    const { status, body } = await query(mean(cpu), window, { params })
    t.equal(status, 400)
    t.match(body.error, /unable to bind parameter/)
  }
})

t.test('returns 200 with the error in the result, as InfluxDB 1.6 does', async (t) => {
  const wrong = 'invalid operation: time and *influxql.StringLiteral are not compatible'
  for (const [q, params, fields, error] of [
    [mean(cpu), window, { db: 'nowhere' }, 'database not found: nowhere'],
    [`${mean(cpu)};${mean(cpu)}`, window, { db: 'nowhere' }, 'not executed'],
    [mean(cpu), window, { db: '' }, 'database name required'],
    [mean(cpu), { ...window, start: 'yesterday' }, {}, wrong],
    [mean(cpu), { ...window, end: '' }, {}, wrong],
    [last(cpu, ['id']), { ...window, start: 'yesterday' }, {}, wrong]
  ] as const) {
    const { status, body } = await query(q, params, fields)
    t.strictSame([status, body], [200, { results: [{ statement_id: 0, error }] }])
  }
})

t.test('returns chunks, one per line, and marks all but the last of a statement as partial', async (t) => {
  const chunks = async (q: string, values: Literals, db = 'mon') => {
    const form = new URLSearchParams({ db, epoch: 's', chunked: 'true', q: withLiterals(q, values) })
    const lines = (await (await fetch(`${influx}/query`, {
      method: 'POST', body: form
    })).text()).trimEnd().split('\n')
    return lines.map((line) => JSON.parse(line).results).flat()
  }
  const ids = { a: adminInstanceId, b: demoInstanceId }
  t.match(await chunks(`${last(cpu, ['a', 'b'])};${mean(cpu)};${mean('nothing')}`, {
    ...window, ...ids
  }), [
    { statement_id: 0, series: [{ values: [[Number, Number]] }], partial: true },
    { statement_id: 0, series: [{ values: [[Number, Number]] }], partial: undefined },
    { statement_id: 1, series: Array },
    { statement_id: 2, series: undefined }
  ])
  const missing = { statement_id: 0, error: 'database not found: nowhere' }
  t.same(await chunks(mean(cpu), window, 'nowhere'), [missing])
  t.same(await chunks(`${mean(cpu)};${mean(cpu)}`, window, 'nowhere'), [
    missing, { statement_id: 0, error: 'not executed' }
  ])
})

t.test('the first failed statement ends the request', async (t) => {
  const wrong = 'invalid operation: time and *influxql.StringLiteral are not compatible'
  const bad = last(cpu, ['id']).replace('$start', '$past')
  const q = [mean('nothing'), bad, mean('nothing'), mean('nothing')].join(';')
  const values = { ...window, past: 'yesterday' }
  const { body } = await query(q, values)
  t.strictSame(body, { results: [{ statement_id: 0 }, { statement_id: 1, error: 'not executed' }] })
  const form = new URLSearchParams({ db: 'mon', q: withLiterals(q, values), chunked: 'true' })
  const lines = (await (await fetch(`${influx}/query`, {
    method: 'POST', body: form
  })).text()).trim().split('\n')
  t.strictSame(lines.map((line) => JSON.parse(line).results), [
    [{ statement_id: 0 }],
    [{ statement_id: 1, error: wrong }],
    [{ statement_id: 1, error: 'not executed' }],
    [{ statement_id: 1, error: 'not executed' }]
  ])
})
