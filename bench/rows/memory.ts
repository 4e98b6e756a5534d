import { runLoad } from '../load.js'
import { residentMbOf } from '../process.js'
import { routes } from '../service-path.js'
import { startService } from '../server.js'
import { mean, shuffle } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { Row } from '../upstreams.js'

const maxMb = 250
const maxGrowth = 1.1

/** In less time a growing service has not grown enough to show it. */
const minSoakSeconds = 600

const base = '/v1/openstack/projects'

/**
 * The memory of a service with default settings that gets the requests of all rows, for every project and
 * instance.
 */
export const memory: Row = async (upstreams, { seconds, soak }) => {
  const cloud = await upstreams.largeCloud()
  const { content, size } = cloud
  // The simulated metrics store has samples of all 10,000 instances; filling a real InfluxDB with them takes
  // too long.
  const service = await startService(cloud.env)
  const { origin, pid } = service
  const ids = content.instances.map(({ id }) => id)
  const series = (range: string) =>
    ids.flatMap((id) => routes.map((route) => `${base}/${id}/${route}?${range}`))
  const loads = [
    { connections: 64, paths: series('defaultTimeRange=1h&groupBy=1m').slice(0, 1) },
    { connections: 64, paths: series('defaultTimeRange=1h&groupBy=1m') },
    { connections: 4, paths: series('defaultTimeRange=7d&groupBy=5m') },
    { connections: 2, paths: [`${base}/summary`] },
    { connections: 16, paths: [...content.projects.keys()].map((id) => `${base}/${id}/instances?limit=100`) }
  ]

  const sizes: number[] = []
  const poll = setInterval(() => { sizes.push(residentMbOf(pid)) }, 250)
  let [successful, failed] = [0, 0]
  const start = Date.now()
  const end = start + soak * 1000
  for (let round = 1; round === 1 || Date.now() < end; round++) {
    for (const { connections, paths } of loads) {
      const result = await runLoad({ origin, connections, paths: shuffle(paths, round) }, seconds)
      successful += result.latencies.length
      failed += result.failed
    }
    await cloud.waitUntilIdle()
  }
  clearInterval(poll)
  const residentMb = residentMbOf(pid)
  await service.close()

  const quarter = Math.ceil(sizes.length / 4)
  const [second, last] = [mean(sizes.slice(quarter, 2 * quarter)), mean(sizes.slice(-quarter))]
  const highest = Math.max(...sizes)
  const undecided = soak < minSoakSeconds
  return [{
    row: 'M',
    measures: 'memory after the requests of all rows, ' +
      `${formatNumber(size.projects)} projects, ${formatNumber(size.instances)} instances`,
    against: '',
    target: `≤ ${maxMb} MB, flat`,
    measured: `at most ${formatNumber(highest)} MB; ` +
      `${formatNumber(last / second)} × from the second quarter to the last`,
    targetMet: highest > maxMb ? false : undecided ? undefined : last / second <= maxGrowth,
    service: {},
    residentMb,
    failed,
    notes: [`${formatNumber(successful)} requests in ${formatNumber((Date.now() - start) / 60_000)} minutes` +
      (undecided ? '; `--soak 10m` is needed to decide whether it is flat' : '')]
  }]
}
