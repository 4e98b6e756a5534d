import { UpstreamError } from '#lib/errors.js'
import type { FailureReason } from '#lib/errors.js'

/** The store rejects a query, or its response is too large: a request for less may succeed. */
export class QueryRejected extends UpstreamError {}

const credentialRejected: [FailureReason, string] =
  ['refused', 'rejected the credential: check PROMETHEUS_USERNAME, PROMETHEUS_TOKEN and PROMETHEUS_TENANT']

/** A status of the store: its meaning, and the operator's remedy. */
const meanings: Record<number, [FailureReason, string]> = {
  401: credentialRejected,
  403: credentialRejected,
  404: ['invalid', 'has no Prometheus API there: check PROMETHEUS_URL'],
  503: ['unreachable', 'is overloaded, or has only a part of its data']
}
const rejectedQuery = new Set([400, 422])

/**
 * A failed request, explained. The store's own text is dropped, because it may quote the query.
 * @throws UpstreamError
 */
export function explain (err: unknown): never {
  if (!(err instanceof UpstreamError)) throw err
  const { details, reason } = err
  const { status = 0 } = details
  // The time that the store asks for is in the details, and goes on to the caller.
  if (reason === 'unavailable') throw err
  if (rejectedQuery.has(status)) {
    throw new QueryRejected('metrics', 'invalid', `rejected a query (${status})`, details)
  }
  // The largest response is limited, and a part of one is not JSON.
  if (reason === 'invalid' && status === 200) {
    throw new QueryRejected('metrics', 'invalid', 'returned a response too large, or not JSON', details)
  }
  const [meaning, text] = meanings[status] ?? []
  throw meaning === undefined ? err : new UpstreamError('metrics', meaning, `${text} (${status})`, details)
}

/** Whether each read of a request would fail alone as well. */
export const affectsAllReads = (err: unknown) =>
  err instanceof UpstreamError && !(err instanceof QueryRejected)
