import pLimit from 'p-limit'
import type { Instance } from '#simulator/instances.js'
import { servicePath } from '../service-path.js'
import type { Route } from '../service-path.js'
import { timedGet } from '../get.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import { median, percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { Row } from '../upstreams.js'

const usages: Route[] = ['cpuUsage', 'networkIo']
const step = 120
const buckets = 30

/** As many requests at once as a browser sends to a host over HTTP/1.1. */
const concurrency = 6
const minRatio = 4

/** The charts of a page of instances: by one request, and by one for each chart. */
export const bulk: Row = async (upstreams, { rounds }) => {
  const [cloud, influxdb] = [await upstreams.smallCloud(), await upstreams.influxdb()]
  const service = await startService({ ...cloud.env, INFLUX_URL: influxdb.origin, CACHE: 'off' })
  const ids = influxdb.pageInstances.map(({ id }) => id)
  const [{ projectId: project }] = influxdb.pageInstances as [Instance]
  const end = Math.floor(influxdb.end / step) * step
  const window = { start: end - buckets * step, end, step }
  const [, query] = servicePath('cpuUsage', '', window).split('?')
  const together =
    `/v1/openstack/projects/${project}/instances/usages?instances=${ids}&usage=${usages}&${query}`
  const alone = ids.flatMap((id) => usages.map((usage) => servicePath(usage, id, window)))

  const sides = {
    together: () => timedGet(service.origin + together),
    alone: async () => {
      const limit = pLimit(concurrency)
      const start = performance.now()
      const responses = await Promise.all(alone.map((path) => limit(timedGet, service.origin + path)))
      return { ms: performance.now() - start, text: responses.map(({ text }) => text).join('') }
    }
  }
  const figures = { together: [] as Figures[], alone: [] as Figures[] }
  // The first round warms both up, and does not count.
  for (let round = 0; round <= rounds; round++) {
    const order = ['together', 'alone'] as const
    for (const side of round % 2 === 0 ? order : order.toReversed()) {
      const before = (await influxdb.counters()).requests
      const { ms, text } = await sides[side]()
      if (!/"(usage|values)":\[?\d/.test(text)) throw new Error(`no samples: ${text.slice(0, 200)}`)
      const calls = (await influxdb.counters()).requests - before
      if (round > 0) figures[side].push({ ms, calls })
    }
  }
  const residentMb = residentMbOf(service.pid)
  await service.close()

  const ratio = median(figures.together.map(({ ms }, n) => figures.alone[n]!.ms / ms))
  return [{
    row: 'B',
    measures: `${ids.length} instances × ${usages.length} usages × ${buckets} buckets ` +
      'by one request, uncached',
    against: `the same by ${alone.length} requests, ${concurrency} at once`,
    target: `≥ ${minRatio} × fewer ms`,
    measured: `${formatNumber(ratio)} ×`,
    targetMet: ratio >= minRatio,
    service: figuresOf(figures.together),
    baseline: figuresOf(figures.alone),
    residentMb,
    notes: [`\`CACHE=off\`, a page of each side in each of ${rounds} rounds, after one that does not ` +
      'count; the milliseconds and upstream calls are those of a page']
  }]
}

interface Figures { ms: number, calls: number }

const figuresOf = (figures: Figures[]) =>
  ({ ...percentiles(figures.map(({ ms }) => ms)), calls: median(figures.map(({ calls }) => calls)) })
