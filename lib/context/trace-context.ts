import { parseTraceParent, TraceState } from '@opentelemetry/core'

/** The trace that a request belongs to. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  traceId: string
  /** The headers that pass it on: `traceparent`, and `tracestate` where there is one. */
  headers: Record<string, string>
}

/** `sampled` and `random` are the flags that exist. Others are not passed on. */
const knownFlags = 0b11

/**
 * The trace context of a request's headers. The service forwards it unchanged, because it adds no span of its
 * own. Source: W3C Trace Context.
 * @returns `undefined` where `traceparent` is missing or malformed
 */
export function parseTraceContext (
  { traceparent, tracestate }: Record<string, unknown>
): TraceContext | undefined {
  const parent = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null
  if (parent === null) return undefined
  const { traceId, spanId, traceFlags } = parent
  const state = typeof tracestate === 'string' ? new TraceState(tracestate).serialize() : ''
  return {
    traceId,
    headers: {
      traceparent: `00-${traceId}-${spanId}-0${traceFlags & knownFlags}`,
      ...(state !== '' && { tracestate: state })
    }
  }
}
