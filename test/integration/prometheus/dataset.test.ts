import t from 'tap'
import { profileNames } from '#lib/metrics/profile.js'
import { profiles } from '#lib/metrics/profiles/profiles.js'
import { createPrometheus } from '#lib/metrics/prometheus/client.js'
import { defaultPrometheusLimits } from '#lib/metrics/prometheus/limits.js'
import type { PrometheusLimits } from '#lib/metrics/prometheus/limits.js'
import { createDispatcher, createUpstream } from '#lib/upstream/upstream.js'
import type { ProfileName } from '#lib/metrics/profile.js'
import {
  alpha, beta, differences, end, expected, expectedLists, idOf, linesOf, start
} from '#test/support/prometheus/dataset.js'
import type { ExpectedBucket } from '#test/support/prometheus/dataset.js'
import { startStore, storeNames } from '#test/support/prometheus/stores.js'

for (const name of storeNames) {
  t.test(name, async (t) => {
    const url = await startStore(t, name, profileNames.flatMap(linesOf))
    if (url === undefined) return
    const timeouts = { timeout: 10_000, connections: 32 }
    const dispatcher = createDispatcher(timeouts)
    t.teardown(() => dispatcher.destroy())
    const requests: URLSearchParams[] = []
    const upstream = createUpstream(dispatcher, timeouts)
    const open = (profile: ProfileName | undefined, limits: Partial<PrometheusLimits> = {}) =>
      createPrometheus((upstreamName, request) => {
        requests.push(new URLSearchParams(request.body))
        return upstream(upstreamName, request)
      }, { url, timeout: 10_000 }, {
        clock: { now: () => end * 1000, onBackgroundError () {} },
        profile: profile && profiles[profile],
        pollSeconds: 300,
        limits: { ...defaultPrometheusLimits, ...limits }
      })
    const toPairs = (buckets: Array<{ time: number, usage: number }>) =>
      buckets.map(({ time, usage }): ExpectedBucket => [time, usage])

    for (const profile of profileNames) {
      const store = open(profile)

      t.test(`every bucket is as expected: ${profile}`, async (t) => {
        await Promise.all(Array.from(expectedLists(profile), async (list) => {
          const { instance, metric, window, buckets, project } = list
          for (const onlyProject of [undefined, project]) {
            const [found] = await store.series([metric], instance, window, onlyProject)
            t.same(differences(toPairs(found!), buckets), [], `${instance} ${metric} by ${window.step} s`)
          }
        }))
      })

      t.test(`every latest usage is as expected: ${profile}`, async (t) => {
        const ids = Object.keys(expected[profile])
        for (const project of [undefined, alpha]) {
          const [cpu, memory] = await store.latest(['cpu', 'memory'], ids, (end - 120) * 1000, project)
          for (const [id, { latest, project: own }] of Object.entries(expected[profile])) {
            if (latest === undefined || (project !== undefined && own === beta)) continue
            const found = { cpu: cpu!.get(id)?.usage ?? null, memory: memory!.get(id)?.usage ?? null }
            t.same(found, latest, id)
            for (const time of [cpu, memory].map((values) => values!.get(id)?.time)) {
              t.ok(time === undefined || (time >= end - 120 && time < end), `${time}`)
            }
          }
        }
      })
    }
  })
}
t.ok(start)
t.ok(idOf(1))
