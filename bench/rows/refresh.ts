import { setTimeout as sleep } from 'node:timers/promises'
import { timedGet } from '../ask.js'
import type { SimulatedCloud } from '../cloud.js'
import { compare } from '../compare.js'
import type { LoadResult } from '../load.js'
import { startBare, startService } from '../server.js'
import type { Row } from '../site.js'
import { percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'

const path = '/v1/openstack/projects/summary'

/** Seconds: so long that two refreshes fall into a load. */
const minLoadSeconds = 8

/** What counts as flat: 64 connections that get half of the requests/s, which the row allows, wait twice as long. */
const maxP99Ratio = 2

/** A summary that is kept, while it is read anew again and again. */
export const refresh: Row = async (site, pace) => {
  const cloud = await site.large()
  const seconds = Math.max(pace.seconds, minLoadSeconds)
  // So short that it is being refreshed a good part of the time, and no shorter than that takes: past twice its TTL callers would wait.
  const service = await startService({ ...cloud.env, SUMMARY_TTL: '3s' })
  await timedGet(service.origin + path)
  const bare = await startBare(service.origin + path)
  const watch = watchCalls(cloud)
  const compared = await compare(
    { ...service, paths: [path], connections: 64, calls: cloud.received },
    { ...bare, paths: ['/'], connections: 64, calls: async () => 0 },
    { ...pace, seconds },
    // Then there is an answer again that is fresh: the row is of a summary that is asked for all of the time.
    async () => {
      await cloud.waitUntilIdle()
      await timedGet(service.origin + path)
    }
  )
  const { ratio, results, residentMb, failed } = compared
  const { during, between } = splitByActivity(await watch(), results)
  const [slow, usual] = [percentiles(during).p99 ?? NaN, percentiles(between).p99 ?? NaN]
  return [{
    row: 'S2',
    measures: `summary of ${formatNumber(cloud.size.projects)} projects, warm, while it refreshes, 64 connections`,
    against: 'a bare Fastify route with the same bytes',
    target: `≥ 0.5 × its requests/s; p99 during a refresh ≤ ${maxP99Ratio} × that between two`,
    measured: `${formatNumber(ratio.rate)} ×; p99 ${formatNumber(slow / usual)} ×`,
    targetMet: ratio.rate >= 0.5 && slow / usual <= maxP99Ratio,
    service: compared.service,
    baseline: compared.baseline,
    residentMb,
    failed,
    notes: [`\`SUMMARY_TTL=3s\`, loads of ${seconds} s; p99 was ${formatNumber(slow)} ms during a refresh, of ${formatNumber(during.length)} requests, and ` +
      `${formatNumber(usual)} ms between two, of ${formatNumber(between.length)}`]
  }]
}

/** A stretch of time up to a moment, and whether the cloud was asked anything in it. */
interface Interval {
  end: number
  asked: boolean
}

/** Looks again and again whether a cloud is asked anything, until what it returns is called. */
function watchCalls (cloud: SimulatedCloud) {
  let watching = true
  const watch = async () => {
    const stretches: Interval[] = []
    for (let [before, now] = [NaN, await cloud.received()]; ; [before, now] = [now, await cloud.received()]) {
      stretches.push({ end: performance.now(), asked: now !== before })
      if (!watching) return stretches
      await sleep(50)
    }
  }
  const done = watch()
  return () => {
    watching = false
    return done
  }
}

/** The times of the requests that were answered while the cloud was being asked, and of the others. */
function splitByActivity (stretches: Interval[], loads: LoadResult[]) {
  const [during, between]: [number[], number[]] = [[], []]
  let n = 0
  for (const { times, latencies } of loads) {
    for (const [request, time] of times.entries()) {
      while (stretches[n + 1] !== undefined && stretches[n]!.end < time) n++
      ;(stretches[n]!.asked ? during : between).push(latencies[request]!)
    }
  }
  return { during, between }
}
