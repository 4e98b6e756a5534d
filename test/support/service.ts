import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '#app.js'
import type { AppOptions } from '#app.js'
import { startSimulator } from '#simulator/simulator.js'
import type { SimulatedCall, SimulatorOptions } from '#simulator/simulator.js'

export interface ServiceOptions extends SimulatorOptions {
  env?: AppOptions['env']
  logger?: AppOptions['logger']
}

/** The metrics stores that the simulator plays. */
export const metricsStores = ['influxdb', 'prometheus'] as const
export type MetricsStoreName = typeof metricsStores[number]

/** Whether a call reads samples. The info metric of a Prometheus exporter is read beside them. */
export const readsSamples = ({ upstream, body }: SimulatedCall) =>
  upstream === 'metrics' && !/_info%7B/.test(body)

/** Starts the service over a simulated cloud; both end with the test. Caches are off by default. */
export async function startService (t: Test, { env, logger, ...options }: ServiceOptions = {}) {
  const simulator = await startSimulator({ projects: 0, instances: 0, ...options })
  const app = await buildApp({
    env: { ...simulator.env, CACHE: 'off', SHUTDOWN_GRACE: '1s', OVERLOAD_DELAY: '0', ...env },
    logger,
    now: options.now
  })
  t.teardown(async () => {
    await app.close()
    await simulator.close()
  })
  /** The number of requests that an upstream received for paths with a prefix. */
  const count = (upstream: string, pathPrefix = '') =>
    simulator.calls.filter((call) => call.upstream === upstream && call.path.startsWith(pathPrefix)).length
  return { app, simulator, count }
}

/** The responses of all pages, by their links; at most `maxPages`, in case the links form a cycle. */
export async function followPages (app: Awaited<ReturnType<typeof buildApp>>, url: string, maxPages = 100) {
  const responses = []
  for (let next: string | undefined = url; next !== undefined && responses.length < maxPages;) {
    const response: LightMyRequestResponse = await app.inject(next)
    responses.push(response)
    next = /^<(.*)>; rel="next"$/.exec(String(response.headers.link))?.[1]
  }
  return responses
}
