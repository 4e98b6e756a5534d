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
  rejectUnusableUrl(url)
  return { url, profile }
}

/** The messages do not quote the URL: it may hold a password. */
function rejectUnusableUrl (text: string) {
  if (!URL.canParse(text)) {
    throw new InvalidSetting('PROMETHEUS_URL must be a URL, such as http://prometheus:9090')
  }
  const { username, password, search, hash } = new URL(text)
  if (username !== '' || password !== '') {
    throw new InvalidSetting(
      'PROMETHEUS_URL must have no login: set PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD'
    )
  }
  if (search !== '' || hash !== '') {
    throw new InvalidSetting('PROMETHEUS_URL must be the base of an API, without a query')
  }
}
