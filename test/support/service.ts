import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '#app.js'
import type { AppOptions } from '#app.js'
import { startSimulator } from '#simulator/simulator.js'
import type { SimulatorOptions } from '#simulator/simulator.js'

interface Options extends SimulatorOptions {
  env?: AppOptions['env']
  logger?: AppOptions['logger']
}

/** The service over a simulated cloud, both closed when the test ends, soon. It keeps no answer unless the test is about that. */
export async function startService (t: Test, { env, logger, ...options }: Options = {}) {
  const simulator = await startSimulator({ projects: 0, instances: 0, ...options })
  const app = await buildApp({ env: { ...simulator.env, CACHE: 'off', SHUTDOWN_GRACE: '1s', ...env }, logger, now: options.now })
  t.teardown(async () => {
    await app.close()
    await simulator.close()
  })
  /** How many calls the simulator has received of a role, and with a path that begins so. */
  const count = (role: string, path = '') => simulator.calls.filter((call) => call.upstream === role && call.path.startsWith(path)).length
  return { app, simulator, count }
}

/** The answers of all pages from a URL on, by their links; bounded, so that a link that leads in a circle ends. */
export async function followPages (app: Awaited<ReturnType<typeof buildApp>>, url: string, most = 100) {
  const answers = []
  for (let next: string | undefined = url; next !== undefined && answers.length < most;) {
    const answer: LightMyRequestResponse = await app.inject(next)
    answers.push(answer)
    next = /^<(.*)>; rel="next"$/.exec(String(answer.headers.link))?.[1]
  }
  return answers
}
