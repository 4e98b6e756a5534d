import { timedGet } from '../ask.js'
import { routes, directPath, servicePath } from '../direct.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import type { Row } from '../site.js'
import { median, percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'

const day = 86_400
const step = 300

/** A week of a series, and the same a bucket later: what InfluxDB itself spends on the two. */
export const week: Row = async (site) => {
  const [cloud, influxdb] = [await site.small(), await site.influxdb()]
  const service = await startService({ ...cloud.env, INFLUX_URL: influxdb.origin })
  const before = { start: influxdb.end - step - 7 * day, end: influxdb.end - step, step }
  const after = { start: before.start + step, end: before.end + step, step }

  const spent = async (url: string) => {
    const start = await influxdb.counters()
    const { ms } = await timedGet(url)
    const end = await influxdb.counters()
    return { ms, inside: end.ms - start.ms, calls: end.requests - start.requests }
  }
  const pairs: Array<Record<'first' | 'again', Awaited<ReturnType<typeof spent>>>> = []
  for (const { id } of influxdb.weekOldInstances) {
    for (const route of routes) {
      // So that the first read does not pay for what InfluxDB has not yet in memory.
      await timedGet(influxdb.origin + directPath(route, id, before))
      const first = await spent(service.origin + servicePath(route, id, before))
      pairs.push({ first, again: await spent(service.origin + servicePath(route, id, after)) })
    }
  }
  const resident = residentMbOf(service.pid)
  await service.close()

  const share = median(pairs.map(({ first, again }) => again.inside / first.inside))
  const figures = (of: 'first' | 'again') => ({
    ...percentiles(pairs.map((pair) => pair[of].ms)),
    calls: median(pairs.map((pair) => pair[of].calls))
  })
  return [{
    row: 'W',
    measures: '7 days at `groupBy=5m`, again after one more bucket',
    against: 'the first read of it',
    target: '≤ 10 % of its time at InfluxDB',
    measured: `${formatNumber(share * 100)} %`,
    targetMet: share <= 0.1,
    service: figures('again'),
    baseline: figures('first'),
    residentMb,
    notes: [`InfluxDB spent ${formatNumber(median(pairs.map(({ first }) => first.inside)))} ms on a first read, ` +
      `${formatNumber(median(pairs.map(({ again }) => again.inside)))} ms on the second (its own counter, medians of ${pairs.length} series)`]
  }]
}
