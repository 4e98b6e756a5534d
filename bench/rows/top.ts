import { timedGet } from '../get.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import { median, percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { Line } from '../table.js'
import type { Row } from '../upstreams.js'

const maxRatio = 0.6

/** The measurements of each ranking, which a client without the service reads whole. */
const measurementsOf = {
  cpuUsage: ['cpu.utilization_norm_perc'],
  memoryUsage: ['mem.free_mb', 'mem.total_mb']
}

/** The ten busiest instances of 10,000, by CPU and by memory. */
export const top: Row = async (upstreams, { rounds }) => {
  const [cloud, influxdb] = [await upstreams.largeCloud(), await upstreams.newestInfluxdb()]
  const env = { ...cloud.env, INFLUX_URL: influxdb, METRICS_MAX_AGE: '1h', CACHE: 'off' }
  const lines: Line[] = []
  for (const [by, measurements] of Object.entries(measurementsOf)) {
    const service = await startService(env)
    const q = measurements.map((name) => `SELECT last("value") FROM "${name}" WHERE time > now() - 1h ` +
      'GROUP BY "resource_id", "_tenant_id"').join('; ')
    const urls = {
      service: `${service.origin}/v1/openstack/instances/top?by=${by}`,
      direct: `${influxdb}/query?${new URLSearchParams({ db: 'mon', epoch: 's', q })}`
    }
    const times = { service: [] as number[], direct: [] as number[] }
    let found = 0
    // The first round warms both up, and does not count.
    for (let round = 0; round <= rounds; round++) {
      const order = ['service', 'direct'] as const
      for (const side of round % 2 === 0 ? order : order.toReversed()) {
        const { ms, text } = await timedGet(urls[side])
        const body = JSON.parse(text)
        if (side === 'direct') found = body.results[0].series.length
        else if (body.metric.length !== 10) throw new Error(`no ranking: ${text.slice(0, 200)}`)
        if (round > 0) times[side].push(ms)
      }
    }
    const residentMb = residentMbOf(service.pid)
    await service.close()

    const ratio = median(times.service.map((ms, n) => ms / times.direct[n]!))
    lines.push({
      row: 'T',
      measures: `the 10 busiest of ${formatNumber(found)} instances by ${by}, uncached`,
      against: 'the newest samples of each, read from InfluxDB',
      target: `≤ ${formatNumber(maxRatio)} of the time`,
      measured: `${formatNumber(ratio)} ×`,
      targetMet: ratio <= maxRatio,
      service: percentiles(times.service),
      baseline: percentiles(times.direct),
      residentMb,
      notes: [`\`CACHE=off\`, one request of each side in each of ${rounds} rounds, after one that does ` +
        'not count; the service also asks Nova about each of the ten']
    })
  }
  return lines
}
