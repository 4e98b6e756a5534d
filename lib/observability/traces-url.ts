import type { Settings } from '#lib/config/settings.js'
import { withoutSlashesAtEnd } from '#lib/upstream/path.js'

/**
 * The URL to which spans are sent.
 * Source: OpenTelemetry, "OpenTelemetry Protocol Exporter" and "Environment Variable Specification".
 * @returns `undefined` where there are no traces
 */
export function tracesUrl (settings: Settings): string | undefined {
  const disabled = settings.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true'
  if (disabled || settings.OTEL_TRACES_EXPORTER === 'none') return undefined
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base } = settings
  return settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
    (base && `${withoutSlashesAtEnd(base)}/v1/traces`)
}
