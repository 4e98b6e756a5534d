import { setTimeout as sleep } from 'node:timers/promises'
import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '#app.js'
import { isReady } from '#lib/redis/connection.js'
import { startSimulator } from '#simulator/simulator.js'

export interface PairOptions {
  /** Settings of both services. */
  env?: Record<string, string>
  /** Settings of the second service alone. */
  other?: Record<string, string>
  /** Milliseconds by which the second service's clock is ahead. */
  ahead?: number
  /** Milliseconds that the cloud takes for each request. */
  latency?: number
}

/**
 * Starts two services in this process over one simulated cloud and the Redis at `url`, with a clock that the
 * test moves.
 */
export async function startPair (
  t: Test, url: string, { env, other, ahead = 0, latency }: PairOptions = {}
) {
  const clock = { time: Date.parse('2026-11-23T12:00:00.500Z') }
  const simulator = await startSimulator({ projects: 3, instances: 0, latency, now: () => clock.time })
  t.teardown(() => simulator.close())
  const log: string[] = []
  const logger = { stream: { write: (line: string) => { log.push(line) } } }

  const start = async (env: Record<string, string>, ahead: number) => {
    const app = await buildApp({
      env: { ...simulator.env, REDIS_URL: url, OVERLOAD_DELAY: '0', ...env },
      now: () => clock.time + ahead,
      logger
    })
    t.teardown(() => app.close())
    await app.ready()
    while (!isReady(app.redis!)) await sleep(10)
    return (url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse> =>
      app.inject({ url, headers })
  }
  const a = await start({ ...env }, 0)
  const b = await start({ ...env, ...other }, ahead)

  /** The number of requests to the cloud, or to one upstream, since the last call of this function. */
  const calls = (only?: string) =>
    simulator.calls.splice(0).filter(({ upstream }) => only === undefined || upstream === only).length
  return { a, b, clock, simulator, calls, log }
}
