import { Type } from '@sinclair/typebox'
import type { Static, TSchema } from '@sinclair/typebox'
import { UpstreamError } from '#lib/errors.js'
import { withoutSlashesAtEnd } from '#lib/upstream/path.js'
import { responseValidator } from '#lib/upstream/response-validator.js'
import type { Window } from '#lib/time-range.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import type { SampledSeries, Samples } from '#lib/metrics/samples.js'
import { explain } from './errors.js'
import { cutSamples } from './matrix-json.js'

export interface PrometheusSettings {
  /** The base of the API: `/api/v1` follows. */
  url: string
  username?: string
  password?: string
  token?: string
  /** Sent as X-Scope-OrgID, as Mimir and Cortex read it. */
  tenant?: string
  /** Milliseconds that a query may take. */
  timeout: number
}

/** The values of an expression, by their time in unix seconds. */
export interface ValuesOfSeries {
  labels: SampledSeries['labels']
  values: Map<number, number>
}

const Labels = Type.Record(Type.String(), Type.String())
const resultOf = <T extends TSchema>(resultType: string, result: T) =>
  Type.Object({ resultType: Type.Literal(resultType), result: Type.Array(result) })
/** A value is text: `NaN` and `+Inf` are no JSON. */
const Value = Type.Tuple([Type.Number(), Type.String()])
/** Samples are taken out: what stands for them is the index of their list. */
const Matrix = resultOf('matrix', Type.Object({
  metric: Labels, values: Type.Union([Type.Integer({ minimum: 0 }), Type.Array(Value)])
}))
const Vector = resultOf('vector', Type.Object({ metric: Labels }))
const Instant = resultOf('vector', Type.Object({ metric: Labels, value: Value }))

/**
 * Without them, Thanos returns partial responses, and VictoriaMetrics partial and cached ones. Each ignores
 * the parameters of the other.
 */
const always = { partial_response: 'false', dedup: 'true', deny_partial_response: '1', nocache: '1' }

/** Thanos' warning where it has no store for the time: that is a complete response without series. */
const noStore = /no StoreAPIs matched/i

/** Source: Prometheus, "HTTP API"; VictoriaMetrics, "Prometheus querying API usage"; Thanos, "Query". */
const validateResponse = responseValidator('metrics', 'a response', Type.Object({
  status: Type.Literal('success'),
  data: Type.Unknown(),
  isPartial: Type.Optional(Type.Boolean()),
  warnings: Type.Optional(Type.Array(Type.String()))
}))

function parseResponse (bytes: Buffer) {
  const { json, lists } = cutSamples(bytes)
  return { response: JSON.parse(json) as unknown, lists }
}

/** A function that sends a form, and returns the data of its response, as of a schema, and its samples. */
function sender<T extends TSchema> (what: string, schema: T) {
  const validateData = responseValidator('metrics', what, schema)
  return async (
    upstream: CallUpstream,
    settings: PrometheusSettings,
    operation: string,
    path: 'query' | 'query_range' | 'series',
    form: Record<string, string>
  ): Promise<{ data: Static<T>, lists: Samples[] }> => {
    const { body } = await upstream('metrics', {
      operation,
      method: 'POST',
      // It is a POST only because of its length.
      idempotent: true,
      url: `${withoutSlashesAtEnd(settings.url)}/api/v1/${path}`,
      headers: { ...credential(settings), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...form, ...always, timeout: `${settings.timeout / 1000}s` }).toString(),
      parse: parseResponse
    }).catch(explain)
    const { response, lists } = body as ReturnType<typeof parseResponse>
    const { isPartial = false, warnings = [], data } = validateResponse(response)
    if (isPartial || warnings.some((warning) => !noStore.test(warning))) {
      throw new UpstreamError('metrics', 'invalid', 'returned a partial response')
    }
    return { data: validateData(data), lists }
  }
}

const sendForMatrix = sender('samples', Matrix)
type MatrixResponse = Awaited<ReturnType<typeof sendForMatrix>>
const sendForVector = sender('a vector', Vector)
const sendForInstant = sender('a vector of values', Instant)
const sendForAny = sender('a result', Type.Unknown())
const sendForSeries = sender('a list of series', Type.Array(Labels))

/** Unix seconds before which no store has samples: VictoriaMetrics finds nothing in a range from 1970. */
const earliest = 365 * 86_400

/** A range in PromQL, from `start` to `end` in unix seconds, of a query at `end`. */
export const rangeOf = (start: number, end: number) => `[${Math.max(end - Math.max(start, earliest), 1)}s]`

/** The requests that the service sends. */
export function createQueries (upstream: CallUpstream, settings: PrometheusSettings) {
  return {
    /**
     * The samples of a selector's series in `[start, end)`, in unix seconds; those that are no numbers too.
     * @throws UpstreamError
     */
    async samples (
      operation: string, selector: string, start: number, end: number
    ): Promise<SampledSeries[]> {
      // A second more: whether the range includes its start depends on the version.
      const query = selector + rangeOf(start - 1, end)
      const form = { query, time: String(end) }
      return sampledSeries(await sendForMatrix(upstream, settings, operation, 'query', form))
        .map(({ labels, ...samples }) => ({ labels, ...samplesWithin(samples, start * 1000, end * 1000) }))
    },

    /**
     * The values of an expression at each `step` seconds from `start` to `end`, in unix seconds, with these
     * two; those that are no numbers included.
     * @throws UpstreamError
     */
    async rangeValues (
      operation: string, query: string, { start, end, step }: Window
    ): Promise<ValuesOfSeries[]> {
      const form = { query, start: String(start), end: String(end), step: String(step) }
      const response = await sendForMatrix(upstream, settings, operation, 'query_range', form)
      return sampledSeries(response).map(({ labels, times, values }) => ({
        labels, values: new Map(Array.from(times, (time, i) => [time / 1000, values[i]!]))
      }))
    },

    /**
     * The series in the result of an expression at an instant, in unix seconds, and the value of each that is
     * a number.
     * @throws UpstreamError
     */
    async values (operation: string, query: string, time: number) {
      const form = { query, time: String(time) }
      const { data: { result } } = await sendForInstant(upstream, settings, operation, 'query', form)
      return result.map(({ metric, value: [, text] }) => ({ labels: metric, value: parseFloat(text) }))
        .filter(({ value }) => Number.isFinite(value))
    },

    /**
     * The labels of the series in the result of an expression at an instant, in unix seconds.
     * @throws UpstreamError
     */
    async labels (operation: string, query: string, time: number) {
      const form = { query, time: String(time) }
      const { data: { result } } = await sendForVector(upstream, settings, operation, 'query', form)
      return result.map(({ metric }) => metric)
    },

    /**
     * The labels of a selector's series that have samples in a range, in unix seconds.
     * @throws UpstreamError
     */
    async series (operation: string, selector: string, start: number, end: number) {
      const form = { 'match[]': selector, start: String(start), end: String(end) }
      return (await sendForSeries(upstream, settings, operation, 'series', form)).data
    },

    /**
     * Checks the path, the credential and the tenant: not every store of this API has a page for its health.
     * @throws UpstreamError
     */
    async check (time: number) {
      await sendForAny(upstream, settings, 'ping', 'query', { query: '1', time: String(time) })
    }
  }
}

export type Queries = ReturnType<typeof createQueries>

function sampledSeries ({ data: { result }, lists }: MatrixResponse): SampledSeries[] {
  return result.map(({ metric, values }) => {
    const samples = typeof values === 'number' ? lists[values] : samplesOfList(values)
    if (samples === undefined) {
      throw new UpstreamError('metrics', 'invalid', 'returned samples in an unexpected format')
    }
    return { labels: metric, ...samples }
  })
}

/** The samples of a list in another layout than the stores' own. */
const samplesOfList = (list: Array<Static<typeof Value>>): Samples => ({
  times: Float64Array.from(list, ([seconds]) => Math.round(seconds * 1000)),
  values: Float64Array.from(list, ([, text]) => parseFloat(text))
})

/** The samples in `[start, end)`, in unix milliseconds. */
function samplesWithin ({ times, values }: Samples, start: number, end: number): Samples {
  let [from, to] = [0, times.length]
  while (from < to && times[from]! < start) from++
  while (from < to && times[to - 1]! >= end) to--
  return { times: times.subarray(from, to), values: values.subarray(from, to) }
}

function credential ({ username, password = '', token, tenant }: PrometheusSettings): Record<string, string> {
  return {
    ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
    ...(token !== undefined
      ? { authorization: `Bearer ${token}` }
      : username !== undefined && {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      })
  }
}
