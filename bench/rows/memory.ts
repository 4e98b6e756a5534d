import { routes } from '../direct.js'
import { runLoad } from '../load.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import type { Row } from '../site.js'
import { mean, shuffle } from '../statistics.js'
import { formatNumber } from '../table.js'

const maxMb = 250

/** Seconds that the target is of: in less a service that grows has not shown it. */
const minSoakSeconds = 600

const base = '/v1/openstack/projects'

/** The memory of one service, with its defaults, that is asked for what all the rows ask for, of every project and instance. */
export const memory: Row = async (site, { seconds, soak }) => {
  const cloud = await site.large()
  const { content, size } = cloud
  // The simulated metrics store has samples of all 10,000 instances, which a real one would take long to be filled with.
  const service = await startService(cloud.env)
  const { origin, pid } = service
  const ids = content.instances.map(({ id }) => id)
  const series = (range: string) => ids.flatMap((id) => routes.map((route) => `${base}/${id}/${route}?${range}`))
  const loads = [
    { connections: 64, paths: series('defaultTimeRange=1h&groupBy=1m').slice(0, 1) },
    { connections: 64, paths: series('defaultTimeRange=1h&groupBy=1m') },
    { connections: 4, paths: series('defaultTimeRange=7d&groupBy=5m') },
    { connections: 2, paths: [`${base}/summary`] },
    { connections: 16, paths: [...content.projects.keys()].map((id) => `${base}/${id}/instances?limit=100`) }
  ]

  const sizes: number[] = []
  const watch = setInterval(() => { sizes.push(residentMbOf(pid)) }, 250)
  let [answered, failed] = [0, 0]
  const start = Date.now()
  const end = start + soak * 1000
  for (let round = 1; round === 1 || Date.now() < end; round++) {
    for (const { connections, paths } of loads) {
      const done = await runLoad({ origin, connections, paths: shuffle(paths, round) }, seconds)
      answered += done.latencies.length
      failed += done.failed
    }
    await cloud.waitUntilIdle()
  }
  clearInterval(watch)
  const resident = residentMbOf(pid)
  await service.close()

  const quarter = Math.ceil(sizes.length / 4)
  const [second, last] = [mean(sizes.slice(quarter, 2 * quarter)), mean(sizes.slice(-quarter))]
  const highest = Math.max(...sizes)
  return [{
    row: 'M',
    measures: `memory after what all rows ask for, ${formatNumber(size.projects)} projects, ${formatNumber(size.instances)} instances`,
    against: '',
    target: `≤ ${maxMb} MB, flat`,
    measured: `at most ${formatNumber(highest)} MB; ${formatNumber(last / second)} × from the second quarter to the last`,
    targetMet: highest > maxMb ? false : soak < minSoakSeconds ? undefined : last / second <= 1.1,
    service: {},
    residentMb,
    failed,
    notes: [`${formatNumber(answered)} requests in ${formatNumber((Date.now() - start) / 60_000)} minutes` +
      (soak < minSoakSeconds ? '; whether it is flat takes `--soak 10m` to tell' : '')]
  }]
}
