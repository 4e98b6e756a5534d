import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatedCloud } from '../cloud.js'
import { compare } from '../compare.js'
import { timedGet } from '../get.js'
import type { LoadResult } from '../load.js'
import { startBare, startService } from '../server.js'
import { percentiles } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { Row } from '../upstreams.js'

const path = '/v1/openstack/projects/summary'

/** Long enough for two refreshes in one load. */
const minLoadSeconds = 8

/** At half of the requests/s, which the target allows, each of 64 connections waits twice as long. */
const maxP99Ratio = 2

const pollMs = 50

/** A cached summary while it is refreshed again and again. */
export const refresh: Row = async (upstreams, options) => {
  const cloud = await upstreams.largeCloud()
  const seconds = Math.max(options.seconds, minLoadSeconds)
  // The TTL is short, so that a refresh is in flight much of the time. It is not shorter than a refresh:
  // after twice the TTL, callers would wait.
  const service = await startService({ ...cloud.env, SUMMARY_TTL: '3s' })
  await timedGet(service.origin + path)
  const bare = await startBare(service.origin + path)
  const stopWatching = watchActivity(cloud)
  const comparison = await compare(
    { ...service, paths: [path], connections: 64, calls: cloud.received },
    { ...bare, paths: ['/'], connections: 64, calls: async () => 0 },
    { ...options, seconds },
    // Each load starts with a fresh response: the row measures a summary that is requested all of the time.
    async () => {
      await cloud.waitUntilIdle()
      await timedGet(service.origin + path)
    }
  )
  const { ratio, results, residentMb, failed } = comparison
  const { during, between } = splitByActivity(await stopWatching(), results)
  const [p99During, p99Between] = [percentiles(during).p99 ?? NaN, percentiles(between).p99 ?? NaN]
  return [{
    row: 'S2',
    measures: `cached summary of ${formatNumber(cloud.size.projects)} projects during refreshes, ` +
      '64 connections',
    against: 'a bare Fastify route with the same bytes',
    target: `≥ 0.5 × its requests/s; p99 during a refresh ≤ ${maxP99Ratio} × that between refreshes`,
    measured: `${formatNumber(ratio.rate)} ×; p99 ${formatNumber(p99During / p99Between)} ×`,
    targetMet: ratio.rate >= 0.5 && p99During / p99Between <= maxP99Ratio,
    service: comparison.service,
    baseline: comparison.baseline,
    residentMb,
    failed,
    notes: [`\`SUMMARY_TTL=3s\`, loads of ${seconds} s; ` +
      `p99 was ${formatNumber(p99During)} ms during a refresh (${formatNumber(during.length)} requests) ` +
      `and ${formatNumber(p99Between)} ms between refreshes (${formatNumber(between.length)} requests)`]
  }]
}

/** A period up to `end` (by `performance.now()`), and whether the cloud received calls in it. */
interface Period {
  end: number
  active: boolean
}

/**
 * Polls whether a cloud receives calls.
 * @returns a function that stops the polling and returns all periods
 */
function watchActivity (cloud: SimulatedCloud) {
  let watching = true
  const watch = async () => {
    const periods: Period[] = []
    for (let [before, now] = [NaN, await cloud.received()]; ; [before, now] = [now, await cloud.received()]) {
      periods.push({ end: performance.now(), active: now !== before })
      if (!watching) return periods
      await sleep(pollMs)
    }
  }
  const done = watch()
  return () => {
    watching = false
    return done
  }
}

/** Splits the latencies into those of responses while the cloud received calls, and the others. */
function splitByActivity (periods: Period[], results: LoadResult[]) {
  const [during, between]: [number[], number[]] = [[], []]
  let n = 0
  for (const { times, latencies } of results) {
    for (const [request, time] of times.entries()) {
      while (periods[n + 1] !== undefined && periods[n]!.end < time) n++
      ;(periods[n]!.active ? during : between).push(latencies[request]!)
    }
  }
  return { during, between }
}
