import { randomUUID } from 'node:crypto'
import type { SimulatedResponse, SimulatedCall } from './exchange.js'
import { runStatement, type Series } from './query.js'
import { readStatement, type Misread, type Statement } from './statements.js'
import { dispatch, type Handler, type World } from './world.js'

// By the unit of `epoch`: how many of it a millisecond has. Without one, times are text.
const perMs: Record<string, number> = { s: 1e-3, ms: 1, u: 1e3, ns: 1e6 }

/** InfluxDB 1.6: `/ping`, and `/query` for two forms of SELECT. */
export const metrics: Handler = (world, call, path) => {
  const answer = routed(world, call, path)
  const id = randomUUID()
  const headers = { 'request-id': id, 'x-request-id': id, 'x-influxdb-build': 'OSS', 'x-influxdb-version': '1.6.7' }
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

const routed = dispatch([
  ['GET HEAD', /^\/ping$/, () => ({ status: 204, headers: { 'content-type': 'application/json' } })],
  ['GET POST', /^\/query$/, (world, call) => query(world, fieldsOf(call))]
], () => ({ status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' }))

// What the form says goes before what the URL says.
const fieldsOf = (call: SimulatedCall) => new URLSearchParams([...new URLSearchParams(call.body), ...call.query])

const refuse = (error: string): SimulatedResponse => ({ status: 400, headers: { 'x-influxdb-error': error }, body: { error } })

function query (world: World, fields: URLSearchParams): SimulatedResponse {
  const text = fields.get('q')
  if (!text) return refuse('missing required parameter "q"')
  const params = parse(fields.get('params') ?? '{}')
  if (!params) return refuse('error parsing query parameters: invalid character')
  const statements = text.split(';').filter((part) => part.trim() !== '').map((part) => readStatement(part, params))
  const refused = statements.find((statement) => 'refused' in statement && statement.refused)
  if (refused) return refuse((refused as Misread).message)

  const database = fields.get('db')
  const absent = database === world.database ? undefined : database ? `database not found: ${database}` : 'database name required'
  const results = statements.map((statement, id): Result =>
    absent ? { statement_id: id, error: absent } : resultOf(world, statement, id, fields.get('epoch')))
  return fields.get('chunked') === 'true' ? inLines(executed(results).flatMap(inPieces)) : { status: 200, body: { results: lastOfEach(executed(results)) } }
}

interface Result {
  statement_id: number
  error?: string
  series?: object[]
  partial?: boolean
}

// A piece a series, of which all but a statement's last say that more follows.
const inPieces = ({ series, ...result }: Result): Result[] =>
  series?.map((one, i) => ({ ...result, series: [one], ...(i < series.length - 1 && { partial: true }) })) ?? [result]

const inLines = (results: Result[]): SimulatedResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: results.map((result) => `${JSON.stringify({ results: [result] })}\n`).join('')
})

function parse (text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// The first that fails ends the request: 1.6 then says of it, once for each of the rest, that it was not executed.
function executed (results: Result[]): Result[] {
  const failed = results.findIndex(({ error }) => error !== undefined)
  if (failed < 0) return results
  return results.map((result, id) => id <= failed ? result : { statement_id: failed, error: 'not executed' })
}

// What is said of a statement replaces what was said before, where it is not in pieces.
const lastOfEach = (results: Result[]) => results.filter(({ statement_id: id }, i) => results[i + 1]?.statement_id !== id)

function resultOf (world: World, statement: Statement | Misread, id: number, epoch: string | null): Result {
  if ('refused' in statement) return { statement_id: id, error: statement.message }
  const series = runStatement(world.cloud, statement, world.now()).map((one) => timed(one, epoch))
  return { statement_id: id, ...(series.length > 0 && { series }) }
}

function timed (series: Series, epoch: string | null) {
  const { values, ...rest } = series
  const timeOf = (ms: number) => epoch ? Math.floor(ms * (perMs[epoch] ?? 1e6)) : new Date(ms).toISOString().replace('.000Z', 'Z')
  return { ...rest, values: values.map(([ms, value]) => [timeOf(ms), value]) }
}
