import type { Test } from 'tap'
import type { ProfileName } from '#lib/metrics/profile.js'
import { profiles } from '#lib/metrics/profiles/profiles.js'
import { createPrometheus } from '#lib/metrics/prometheus/client.js'
import { defaultPrometheusLimits } from '#lib/metrics/prometheus/limits.js'
import type { PrometheusLimits } from '#lib/metrics/prometheus/limits.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import { withBuckets } from '#test/support/buckets.js'

interface ClientOptions {
  /** Found by the store's metrics where it is not given. */
  profile?: ProfileName
  limits?: Partial<PrometheusLimits>
  infoTtl?: number
  /** Unix milliseconds. */
  now: () => number
}

/**
 * Opens the store at a URL.
 * @returns the client, once with buckets and once with columns, the forms that it sends, and the profiles
 * that it detects
 */
export function openStore (t: Test, url: string, { profile, limits, infoTtl, now }: ClientOptions) {
  const requests: URLSearchParams[] = []
  const detected: string[] = []
  const timeouts = { timeout: 10_000, connections: 32 }
  const dispatcher = createDispatcher(timeouts)
  t.teardown(() => dispatcher.destroy())
  const send = createUpstream(dispatcher, timeouts)
  const store = createPrometheus((upstream, request) => {
    requests.push(new URLSearchParams(request.body))
    return send(upstream, request)
  }, { url, timeout: timeouts.timeout }, {
    clock: { now, onBackgroundError () {} },
    profile: profile && profiles[profile],
    pollSeconds: 300,
    limits: { ...defaultPrometheusLimits, ...limits },
    infoTtl,
    onBatchSent: () => {},
    onDetected: (found, others) => detected.push([found, ...others].map(({ name }) => name).join(' '))
  })
  return { store: withBuckets(store), columns: store, requests, detected }
}
