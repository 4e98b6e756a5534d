import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
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

const Value = Type.Union([Type.Number(), Type.Null()])

/**
 * One series of a statement's result; times are unix seconds. Source: InfluxDB 1.x HTTP API, "Query data with
 * InfluxDB".
 */
const QuerySeries = Type.Object({
  tags: Type.Optional(Type.Record(Type.String(), Type.String())),
  values: Type.Array(Type.Tuple([Type.Number(), Value])),
  partial: Type.Optional(Type.Boolean())
})
export type QuerySeries = Static<typeof QuerySeries>

const Result = Type.Object({
  statement_id: Type.Integer(),
  error: Type.Optional(Type.String()),
  partial: Type.Optional(Type.Boolean()),
  series: Type.Optional(Type.Array(QuerySeries))
})

const validateResults = responseValidator(
  'metrics', 'a query', Type.Array(Type.Object({ results: Type.Array(Result) }))
)

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
export async function query (
  upstream: CallUpstream,
  settings: InfluxSettings,
  operation: string,
  statements: string[]
): Promise<QuerySeries[][]> {
  const { body } = await upstream('metrics', {
    operation,
    method: 'POST',
    // It is a POST only because of its length.
    idempotent: true,
    url: `${settings.url.replace(/(?<!\/)\/+$/, '')}/query`,
    headers: { ...authorization(settings), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      db: settings.database,
      ...(settings.retentionPolicy !== undefined && { rp: settings.retentionPolicy }),
      q: statements.join('; '),
      epoch: 's',
      chunked: 'true',
      chunk_size: String(chunkRows)
    }).toString(),
    lines: true
  })
  const results = validateResults(body).flatMap(({ results }) => results)
  const error = results.find(({ error }) => error !== undefined)?.error
  if (error !== undefined) throw statementError(error)
  return statements.map((_, id) => joinChunks(results.filter((result) => result.statement_id === id)))
}

/** The series of a statement. All of its chunks but the last are `partial`. */
function joinChunks (chunks: Array<Static<typeof Result>>): QuerySeries[] {
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
