import { setTimeout as sleep } from 'node:timers/promises'
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import {
  defaultResource, detectResources, envDetector, resourceFromAttributes
} from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'

/** Milliseconds in which the last spans may be sent when the service ends. */
const shutdownTimeoutMs = 3_000

/** Removes the messages of errors, which may quote what a client sent, such as a misplaced secret. */
class WithoutMessages extends BatchSpanProcessor {
  override onEnd (span: ReadableSpan) {
    delete span.status.message
    super.onEnd(span)
  }
}

/**
 * Exports spans to an OTLP receiver, those of requests to upstreams included, for the whole process. Spans
 * hold neither headers nor bodies.
 * @param onError called with the reason of each failed export
 * @returns a function that sends the last spans and ends the export
 */
export function exportSpans (url: string, onError: (reason: string) => void) {
  setGlobalErrorHandler((err) => onError((err as Error).message))
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'openstack-monitoring-api' }))
    .merge(detectResources({ detectors: [envDetector] }))
  const exporter = new OTLPTraceExporter({ url })
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new WithoutMessages(exporter)] })
  // Without baggage: what clients put into it is not for the upstreams.
  provider.register({ propagator: new W3CTraceContextPropagator() })
  const upstreamRequests = new UndiciInstrumentation({ requireParentforSpans: true })
  upstreamRequests.setTracerProvider(provider)

  return async () => {
    upstreamRequests.disable()
    await Promise.race([provider.shutdown(), sleep(shutdownTimeoutMs, undefined, { ref: false })])
  }
}
