import { ask } from '../ask.js'
import { compare } from '../compare.js'
import { startBare, startService } from '../server.js'
import type { Row } from '../site.js'
import { formatNumber } from '../table.js'

const path = '/v1/openstack/projects/summary'

/** Seconds: so long that two refreshes fall into a load. */
const shortest = 8

/** A summary that is kept, while it is read anew again and again. */
export const refresh: Row = async (site, pace) => {
  const cloud = await site.large()
  // So short that it is being refreshed about half of the time, and no shorter than that takes: past twice its TTL callers would wait.
  const service = await startService({ ...cloud.env, SUMMARY_TTL: '3s' })
  await ask(service.origin + path)
  const bare = await startBare(service.origin + path)
  const compared = await compare(
    { ...service, paths: [path], connections: 8, calls: cloud.received },
    { ...bare, paths: ['/'], connections: 8, calls: async () => 0 },
    { ...pace, seconds: Math.max(pace.seconds, shortest) },
    // Then there is an answer again that is fresh: the row is of a summary that is asked for all of the time.
    async () => {
      await cloud.quiet()
      await ask(service.origin + path)
    }
  )
  const { ratio, resident, failed } = compared
  return [{
    row: 'S2',
    what: `summary of ${formatNumber(cloud.size.projects)} projects, warm, while it refreshes, 8 connections`,
    against: 'a bare Fastify route with the same bytes',
    target: '≥ 0.5 × its requests/s',
    measured: `${formatNumber(ratio.rate)} ×, p99 ${formatNumber(compared.service.p99)} ms`,
    reached: ratio.rate >= 0.5,
    service: compared.service,
    baseline: compared.baseline,
    resident,
    failed,
    notes: ['`SUMMARY_TTL=3s`']
  }]
}
