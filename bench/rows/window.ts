import { withoutStore } from '../cloud.js'
import { routes, servicePath } from '../service-path.js'
import { timedGet } from '../get.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import { median, percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'
import { onEachStore } from '../upstreams.js'
import type { Row } from '../upstreams.js'

const daySeconds = 86_400
const step = 300
const maxShare = 0.1

/**
 * A week of a series, and then the same one bucket later: the time that each store itself spends on the two
 * reads.
 */
export const week: Row = (upstreams) => onEachStore(upstreams, async (store) => {
  const { env } = await upstreams.smallCloud()
  const service = await startService({ ...withoutStore(env), ...store.env })
  const before = { start: store.end - step - 7 * daySeconds, end: store.end - step, step }
  const after = { start: before.start + step, end: before.end + step, step }

  const measure = async (url: string) => {
    const start = await store.counters()
    const { ms } = await timedGet(url)
    const end = await store.counters()
    return { ms, storeMs: end.ms - start.ms, calls: end.requests - start.requests }
  }
  const pairs: Array<Record<'first' | 'second', Awaited<ReturnType<typeof measure>>>> = []
  for (const instance of store.weekOldInstances) {
    for (const route of routes) {
      // Warms the store's memory, so that the first read does not include that.
      await timedGet(store.origin + store.directPath(route, instance.id, before))
      const first = await measure(service.origin + servicePath(route, instance.id, before))
      pairs.push({ first, second: await measure(service.origin + servicePath(route, instance.id, after)) })
    }
  }
  const residentMb = residentMbOf(service.pid)
  await service.close()

  const share = median(pairs.map(({ first, second }) => second.storeMs / first.storeMs))
  const figuresOf = (read: 'first' | 'second') => ({
    ...percentiles(pairs.map((pair) => pair[read].ms)),
    calls: median(pairs.map((pair) => pair[read].calls))
  })
  const storeMsOf = (read: 'first' | 'second') =>
    formatNumber(median(pairs.map((pair) => pair[read].storeMs)))
  return [{
    row: 'W',
    measures: `${store.name}: 7 days at \`groupBy=5m\`, again one bucket later`,
    against: 'the first read of it',
    target: '≤ 10 % of its time at the store',
    measured: `${formatNumber(share * 100)} %`,
    targetMet: share <= maxShare,
    service: figuresOf('second'),
    baseline: figuresOf('first'),
    residentMb,
    notes: [`${store.name} spent ${storeMsOf('first')} ms on a first read and ` +
      `${storeMsOf('second')} ms on the second (its own counter, medians of ${pairs.length} series)`]
  }]
})
