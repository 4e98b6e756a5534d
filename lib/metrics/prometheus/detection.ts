import { createRefreshingValue } from '#lib/cache/refreshing-value.js'
import type { Clock } from '#lib/cache/cache.js'
import { UpstreamError } from '#lib/errors.js'
import type { Profile } from '#lib/metrics/profile.js'
import type { Queries } from './query.js'
import { exportersQuery } from './selectors.js'

/** Milliseconds between two searches, until one finds a profile. */
const searchIntervalMs = 10_000

/**
 * Finds the exporter of a store at the first read: the service starts without one. Of several exporters the
 * first one counts, from then on.
 * @param onDetected called once, with the profile and the others whose metrics are there too
 */
export function createDetection (
  queries: Queries,
  profiles: Profile[],
  clock: Clock,
  onDetected: (profile: Profile, others: Profile[]) => void
): () => Promise<Profile> {
  const detected = createRefreshingValue<Profile | undefined>(
    search, (profile) => ({ ttl: profile === undefined ? searchIntervalMs : Infinity }), clock
  )

  async function search () {
    const now = Math.floor(clock.now() / 1000)
    const found = await queries.labels('detect-profile', exportersQuery(profiles), now)
    const names = new Set(found.map(({ __name__ }) => __name__))
    const [first, ...others] = profiles.filter(({ shows }) => names.has(shows.name))
    if (first !== undefined) onDetected(first, others)
    return first
  }

  return async () => {
    const profile = await detected.get()
    if (profile !== undefined) return profile
    throw new UpstreamError('metrics', 'invalid', 'has no metrics of a known exporter: set METRICS_PROFILE')
  }
}
