import { directPath, routes, servicePath } from '../direct.js'
import { timedGet } from '../get.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import { median, percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { Row } from '../upstreams.js'

const daySeconds = 86_400
const step = 300
const maxShare = 0.1

/**
 * A week of a series, and then the same one bucket later: the time that InfluxDB itself spends on the two
 * reads.
 */
export const week: Row = async (upstreams) => {
  const [cloud, influxdb] = [await upstreams.smallCloud(), await upstreams.influxdb()]
  const service = await startService({ ...cloud.env, INFLUX_URL: influxdb.origin })
  const before = { start: influxdb.end - step - 7 * daySeconds, end: influxdb.end - step, step }
  const after = { start: before.start + step, end: before.end + step, step }

  const measure = async (url: string) => {
    const start = await influxdb.counters()
    const { ms } = await timedGet(url)
    const end = await influxdb.counters()
    return { ms, influxdbMs: end.ms - start.ms, calls: end.requests - start.requests }
  }
  const pairs: Array<Record<'first' | 'second', Awaited<ReturnType<typeof measure>>>> = []
  for (const { id } of influxdb.weekOldInstances) {
    for (const route of routes) {
      // Warms InfluxDB's memory, so that the first read does not include that.
      await timedGet(influxdb.origin + directPath(route, id, before))
      const first = await measure(service.origin + servicePath(route, id, before))
      pairs.push({ first, second: await measure(service.origin + servicePath(route, id, after)) })
    }
  }
  const residentMb = residentMbOf(service.pid)
  await service.close()

  const share = median(pairs.map(({ first, second }) => second.influxdbMs / first.influxdbMs))
  const figuresOf = (read: 'first' | 'second') => ({
    ...percentiles(pairs.map((pair) => pair[read].ms)),
    calls: median(pairs.map((pair) => pair[read].calls))
  })
  const influxdbMsOf = (read: 'first' | 'second') =>
    formatNumber(median(pairs.map((pair) => pair[read].influxdbMs)))
  return [{
    row: 'W',
    measures: '7 days at `groupBy=5m`, again one bucket later',
    against: 'the first read of it',
    target: '≤ 10 % of its time at InfluxDB',
    measured: `${formatNumber(share * 100)} %`,
    targetMet: share <= maxShare,
    service: figuresOf('second'),
    baseline: figuresOf('first'),
    residentMb,
    notes: [`InfluxDB spent ${influxdbMsOf('first')} ms on a first read and ` +
      `${influxdbMsOf('second')} ms on the second (its own counter, medians of ${pairs.length} series)`]
  }]
}
