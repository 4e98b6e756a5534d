import { setTimeout as sleep } from 'node:timers/promises'
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'

/** Milliseconds that the last spans may take to be sent at the end. */
const patience = 3_000

/** An error's message may quote what a caller has sent, which may be a secret gone astray: that there was an error is enough. */
class WithoutMessages extends BatchSpanProcessor {
  override onEnd (span: ReadableSpan) {
    delete span.status.message
    super.onEnd(span)
  }
}

/**
 * Sends spans to an OTLP receiver, those of calls to upstreams among them, from now on; for the whole process, as OpenTelemetry has it.
 * Neither headers nor bodies are in them.
 * @param failed told why spans could not be sent
 * @returns what sends the last of them and ends it
 */
export function exportSpans (endpoint: string, failed: (reason: string) => void) {
  setGlobalErrorHandler((err) => failed((err as Error).message))
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'openstack-monitoring-api' })).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new WithoutMessages(new OTLPTraceExporter({ url: `${endpoint.replace(/(?<!\/)\/+$/, '')}/v1/traces` }))]
  })
  // Without baggage: what callers put into that is not for the upstreams.
  provider.register({ propagator: new W3CTraceContextPropagator() })
  const calls = new UndiciInstrumentation({ requireParentforSpans: true })
  calls.setTracerProvider(provider)

  return async () => {
    calls.disable()
    await Promise.race([provider.shutdown(), sleep(patience, undefined, { ref: false })])
  }
}
