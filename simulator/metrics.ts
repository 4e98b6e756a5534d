import { randomUUID } from 'node:crypto'
import type { SimulatedResponse, SimulatedCall } from './calls.js'
import { prometheus } from './prometheus.js'
import { runStatement, type InfluxSeries } from './query.js'
import { parseStatement, type InvalidStatement, type Statement } from './statements.js'
import { dispatch, type Handler, type World } from './world.js'

// Units of `epoch` per millisecond. Without `epoch`, times are text.
const perMs: Record<string, number> = { s: 1e-3, ms: 1, u: 1e3, ns: 1e6 }

/** InfluxDB 1.6: `/ping`, and `/query` for the statements of `statements.ts`; and Prometheus below `/api`. */
export const metrics: Handler = (world, call, path) => {
  if (call.path.startsWith('/api/')) return prometheus(world, call, path)
  const response = route(world, call, path)
  const id = randomUUID()
  const headers = {
    'request-id': id, 'x-request-id': id, 'x-influxdb-build': 'OSS', 'x-influxdb-version': '1.6.7'
  }
  return { ...response, headers: { ...headers, ...response.headers } }
}

const route = dispatch([
  ['GET HEAD', /^\/ping$/, () => ({ status: 204, headers: { 'content-type': 'application/json' } })],
  ['GET POST', /^\/query$/, (world, call) => query(world, fieldsOf(call))]
], () => ({
  status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n'
}))

// A parameter of the form overrides the same parameter of the URL.
const fieldsOf = (call: SimulatedCall) =>
  new URLSearchParams([...new URLSearchParams(call.body), ...call.query])

const badRequest = (error: string): SimulatedResponse => ({
  status: 400, headers: { 'x-influxdb-error': error }, body: { error }
})

// The error of InfluxDB before 1.8 for a bound duration. The service must bind no parameter at all.
const cannotBind = 'error parsing query: unable to bind parameter with type map[string]interface {}'

function query (world: World, fields: URLSearchParams): SimulatedResponse {
  const text = fields.get('q')
  if (!text) return badRequest('missing required parameter "q"')
  if (fields.has('params')) return badRequest(cannotBind)
  const statements = text.split(';').filter((part) => part.trim() !== '').map(parseStatement)
  const invalid = statements.find((statement) => 'rejectsRequest' in statement && statement.rejectsRequest)
  if (invalid) return badRequest((invalid as InvalidStatement).message)

  const database = fields.get('db')
  const error = database === world.database
    ? undefined
    : database ? `database not found: ${database}` : 'database name required'
  const results = stopAtFirstError(statements.map((statement, id): Result =>
    error ? { statement_id: id, error } : resultOf(world, statement, id, fields.get('epoch'))))
  return fields.get('chunked') === 'true'
    ? chunkedResponse(results.flatMap(chunksOf))
    : { status: 200, body: { results: lastPerStatement(results) } }
}

interface Result {
  statement_id: number
  error?: string
  series?: object[]
  partial?: boolean
}

// One chunk per series. All chunks of a statement but the last are marked `partial`: more chunks follow.
const chunksOf = ({ series, ...result }: Result): Result[] =>
  series?.map((one, i) =>
    ({ ...result, series: [one], ...(i < series.length - 1 && { partial: true }) })) ?? [result]

const chunkedResponse = (results: Result[]): SimulatedResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: results.map((result) => `${JSON.stringify({ results: [result] })}\n`).join('')
})

// The first failed statement ends the request. For each statement after it, InfluxDB 1.6 adds a result with
// the id of the failed one and the error "not executed".
function stopAtFirstError (results: Result[]): Result[] {
  const failed = results.findIndex(({ error }) => error !== undefined)
  if (failed < 0) return results
  return results.map((result, id) => id <= failed ? result : { statement_id: failed, error: 'not executed' })
}

// Without chunks, only the last result of a statement is in the response.
const lastPerStatement = (results: Result[]) =>
  results.filter(({ statement_id: id }, i) => results[i + 1]?.statement_id !== id)

function resultOf (
  world: World, statement: Statement | InvalidStatement, id: number, epoch: string | null
): Result {
  if ('rejectsRequest' in statement) return { statement_id: id, error: statement.message }
  const series = runStatement(world.cloud, statement, world.now()).map((one) => withTimesIn(one, epoch))
  return { statement_id: id, ...(series.length > 0 && { series }) }
}

function withTimesIn (series: InfluxSeries, epoch: string | null) {
  const { values, ...rest } = series
  const timeOf = (ms: number) =>
    epoch ? Math.floor(ms * (perMs[epoch] ?? 1e6)) : new Date(ms).toISOString().replace('.000Z', 'Z')
  return { ...rest, values: values.map(([ms, ...rest]) => [timeOf(ms), ...rest]) }
}
