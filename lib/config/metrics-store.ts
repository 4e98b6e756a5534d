import { InvalidSetting } from '#lib/errors.js'
import type { metricsProfiles, Settings } from './settings.js'

/** A Prometheus API, as settings name it. */
export interface PrometheusStore {
  url: string
  /** `undefined` where it is to be found by the store's metrics. */
  profile?: Exclude<typeof metricsProfiles[number], 'monasca'>
}

/**
 * The Prometheus API that metrics are read from.
 * @returns `undefined` where they are read from InfluxDB
 * @throws InvalidSetting
 */
export function prometheusStore (settings: Settings): PrometheusStore | undefined {
  const { INFLUX_URL, PROMETHEUS_URL: url, METRICS_PROFILE: profile } = settings
  if (url === undefined) {
    if (profile === undefined || profile === 'monasca') return undefined
    throw new InvalidSetting(`METRICS_PROFILE must be monasca, not ${profile}, without PROMETHEUS_URL`)
  }
  if (INFLUX_URL !== undefined) {
    throw new InvalidSetting('PROMETHEUS_URL must not be set beside INFLUX_URL: metrics have one store')
  }
  if (profile === 'monasca') {
    throw new InvalidSetting('METRICS_PROFILE must not be monasca with PROMETHEUS_URL')
  }
  return { url, profile }
}
