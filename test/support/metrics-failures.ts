import type { Interception, SimulatedCall, Simulator } from '#simulator/simulator.js'
import { readsSamples } from './service.js'
import type { MetricsStoreName } from './service.js'

type Failure = Interception | ((call: SimulatedCall) => Interception)
/** A failed response of a metrics store with a text of its own, and the status of the service's response. */
type MetricsFailure = [failure: Failure, status: number]

const failuresOfAll: MetricsFailure[] = [
  ['reset', 503],
  ['hang', 504],
  [{ status: 500, body: 'secret' }, 502],
  [{ status: 401, body: { error: 'secret' } }, 502],
  [{ status: 200, body: '<html>secret' }, 502]
]

/** An empty response of a Prometheus API, which would be complete without the rest of its body. */
const emptyResult = (rest: object) => (call: SimulatedCall) => {
  const resultType = readsSamples(call) ? 'matrix' : 'vector'
  return { status: 200, body: { status: 'success', data: { resultType, result: [] }, ...rest } }
}

/** Responses with a part of the data, without any other fault. */
export const partialResponses: Record<MetricsStoreName, Failure[]> = {
  influxdb: [{ status: 200, body: { results: [{ statement_id: 0, partial: true, series: [] }] } }],
  prometheus: [emptyResult({ isPartial: true }), emptyResult({ warnings: ['secret'] })]
}

export const metricsFailures: Record<MetricsStoreName, MetricsFailure[]> = {
  influxdb: [
    ...failuresOfAll,
    ...partialResponses.influxdb.map((response): MetricsFailure => [response, 502]),
    [{ status: 200, body: { results: [{ error: 'database not found: secret' }] } }, 502],
    [{ status: 200, body: { results: [null] } }, 502],
    [{ status: 200, body: { results: [{}] } }, 502]
  ],
  prometheus: [
    ...failuresOfAll,
    ...partialResponses.prometheus.map((response): MetricsFailure => [response, 502]),
    [{ status: 200, body: { status: 'error', error: 'secret' } }, 502],
    [{ status: 200, body: { status: 'success', data: { resultType: 'vector', result: [null] } } }, 502],
    [{ status: 404, body: 'secret' }, 502],
    [{ status: 422, body: { status: 'error', error: 'secret' } }, 502],
    [{ status: 503, body: 'secret' }, 503]
  ]
}

/** Lets each request to the metrics store fail. */
export function failMetrics (simulator: Simulator, failure: Failure) {
  simulator.intercept = (call) => {
    if (call.upstream !== 'metrics') return
    return typeof failure === 'function' ? failure(call) : failure
  }
}
