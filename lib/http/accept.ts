import Negotiator from 'negotiator'

export const jsonType = 'application/json; charset=utf-8'
export const csvType = 'text/csv; charset=utf-8'

/** Every `Accept` that prefers CSV has this. The negotiation takes a microsecond, and few clients need it. */
const csvRange = /text\/(?:csv|\*)/i

/**
 * Whether a client prefers CSV to JSON, by its `Accept`. Clients that name neither get JSON.
 * Source: RFC 9110, 12.5.1.
 */
export const prefersCsv = (accept = '') => csvRange.test(accept) &&
  new Negotiator({ headers: { accept } }).mediaType([jsonType, csvType]) === csvType
