import { Type } from '@sinclair/typebox'
import type { Static, TSchema } from '@sinclair/typebox'
import { withoutSlashesAtEnd } from '#lib/upstream/path.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { StatementFailed, statementError } from './errors.js'

export interface InfluxSettings {
  url: string
  database: string
  retentionPolicy?: string
  username?: string
  password?: string
  token?: string
}

/** A sample or a bucket: its unix seconds, and its value. */
const Point = Type.Tuple([Type.Number(), Type.Union([Type.Number(), Type.Null()])])
/** A row of `top` or `bottom`: a sample, and its instance and project. */
const Ranked = Type.Tuple([
  Type.Number(), Type.Union([Type.Number(), Type.Null()]), Type.Union([Type.String(), Type.Null()]),
  Type.Union([Type.String(), Type.Null()])
])
/** A row of `SHOW DATABASES`. */
const Name = Type.Tuple([Type.String()])

/** One series of a statement's result. Source: InfluxDB 1.x HTTP API, "Query data with InfluxDB". */
interface SeriesOf<Row> {
  tags?: Record<string, string>
  values: Row[]
  partial?: boolean
}
export type QuerySeries = SeriesOf<Static<typeof Point>>

interface Result<Row> {
  statement_id: number
  error?: string
  partial?: boolean
  series?: Array<SeriesOf<Row>>
}

function resultsOf<Row extends TSchema> (row: Row) {
  const series = Type.Object({
    tags: Type.Optional(Type.Record(Type.String(), Type.String())),
    values: Type.Array(row),
    partial: Type.Optional(Type.Boolean())
  })
  const result = Type.Object({
    statement_id: Type.Integer(),
    error: Type.Optional(Type.String()),
    partial: Type.Optional(Type.Boolean()),
    series: Type.Optional(Type.Array(series))
  })
  const validate = responseValidator(
    'metrics', 'a query', Type.Array(Type.Object({ results: Type.Array(result) }))
  )
  return (body: unknown) => validate(body).flatMap(({ results }) => results as Array<Result<Static<Row>>>)
}

/**
 * More rows than a series has in one chunk: a result that is not chunked is `partial` from 10,000 rows on,
 * even if complete.
 */
const chunkRows = 100_000

/**
 * Sends several statements in one request. The first one that fails ends it: those after it are not executed.
 * @returns the series of each statement
 * @throws StatementFailed where a statement failed, or its result is truncated
 * @throws UpstreamError where all of them fail
 */
export const query = queryOf(resultsOf(Point))
/** The same, for statements whose rows are the samples of instances. */
export const queryRanked = queryOf(resultsOf(Ranked))
/** The same, for statements whose rows are names. */
export const queryNames = queryOf(resultsOf(Name))

function queryOf<Row> (readResults: (body: unknown) => Array<Result<Row>>) {
  return async (
    upstream: CallUpstream, settings: InfluxSettings, operation: string, statements: string[]
  ): Promise<Array<Array<SeriesOf<Row>>>> => {
    const { body } = await upstream('metrics', {
      operation,
      method: 'POST',
      // It is a POST only because of its length.
      idempotent: true,
      url: `${withoutSlashesAtEnd(settings.url)}/query`,
      headers: { ...authorization(settings), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        db: settings.database,
        ...(settings.retentionPolicy !== undefined && { rp: settings.retentionPolicy }),
        q: statements.join('; '),
        epoch: 's',
        chunked: 'true',
        chunk_size: String(chunkRows)
      }).toString(),
      parse: parseLines
    })
    const results = readResults(body)
    const error = results.find(({ error }) => error !== undefined)?.error
    if (error !== undefined) throw statementError(error)
    return statements.map((_, id) => joinChunks(results.filter((result) => result.statement_id === id)))
  }
}

/** A JSON document on each line. */
const parseLines = (bytes: Buffer) =>
  bytes.toString().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))

/** The series of a statement. All of its chunks but the last are `partial`. */
function joinChunks<Row> (chunks: Array<Result<Row>>): Array<SeriesOf<Row>> {
  const last = chunks.at(-1)
  if (last === undefined || last.partial || last.series?.some(({ partial }) => partial)) {
    throw new StatementFailed('metrics', 'invalid', 'returned a truncated response')
  }
  return chunks.flatMap(({ series = [] }) => series)
}

function authorization ({ username, password = '', token }: InfluxSettings): Record<string, string> {
  if (token !== undefined) return { authorization: `Token ${token}` }
  if (username === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}
