import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { UpstreamError } from '../errors.js'
import { shape } from '../shape.js'
import type { Upstream } from '../upstream.js'

export interface InfluxSettings {
  url: string
  database: string
  retentionPolicy?: string
  username?: string
  password?: string
  token?: string
}

const Value = Type.Union([Type.Number(), Type.Null()])

/** One series of a statement's result: times are unix seconds. Source: InfluxDB 1.x HTTP API, "Query data with InfluxDB". */
const Series = Type.Object({
  tags: Type.Optional(Type.Record(Type.String(), Type.String())),
  values: Type.Array(Type.Tuple([Type.Number(), Value])),
  partial: Type.Optional(Type.Boolean())
})
export type Series = Static<typeof Series>

const resultsIn = shape('metrics', 'a query', Type.Object({
  results: Type.Array(Type.Object({
    error: Type.Optional(Type.String()),
    partial: Type.Optional(Type.Boolean()),
    series: Type.Optional(Type.Array(Series))
  }))
}))

/** A literal that takes a `$name`'s place in a statement. */
export type Parameters = Record<string, string | { duration: string }>

/**
 * Several statements in one request, and the series of each.
 * @throws UpstreamError where one of them failed, or where the answer was cut short.
 */
export async function query (upstream: Upstream, settings: InfluxSettings, statements: string[], parameters: Parameters): Promise<Series[][]> {
  const form = new URLSearchParams({ q: statements.join('; '), db: settings.database, epoch: 's', params: JSON.stringify(parameters) })
  if (settings.retentionPolicy !== undefined) form.set('rp', settings.retentionPolicy)
  const { body } = await upstream('metrics', {
    method: 'POST',
    url: `${settings.url.replace(/\/+$/, '')}/query`,
    headers: { ...authorization(settings), 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString()
  })
  const { results } = resultsIn(body)
  const lists = results.map(({ error, partial, series = [] }) => {
    if (error !== undefined) throw new UpstreamError('metrics', 'invalid', explain(error))
    if (partial || series.some((one) => one.partial)) throw new UpstreamError('metrics', 'invalid', 'cut its answer short: raise its max-row-limit')
    return series
  })
  if (lists.length !== statements.length) throw new UpstreamError('metrics', 'invalid', 'did not answer each statement of a query')
  return lists
}

function authorization ({ username, password = '', token }: InfluxSettings): Record<string, string> {
  if (token !== undefined) return { authorization: `Token ${token}` }
  if (username === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

/** What an operator can do about a failed statement. Its own text is not passed on: it may quote the query. */
function explain (error: string) {
  if (error.startsWith('database not found')) return 'has no such database: check INFLUX_DATABASE'
  if (error.startsWith('retention policy not found')) return 'has no such retention policy: check INFLUX_RETENTION_POLICY'
  // What it says of several statements where the database is missing.
  if (error === 'not executed') return 'did not run a query: check INFLUX_DATABASE'
  return 'failed to run a query'
}
