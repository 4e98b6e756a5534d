import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildCloud } from '#simulator/cloud.js'
import type { Cloud } from '#simulator/cloud.js'
import { seedInstances, seedProjects } from '#simulator/seed.js'
import { logIn } from './login.js'
import { runProgram } from './process.js'

/** How many projects and instances a cloud shows in all. */
export interface Size {
  projects: number
  instances: number
}

/** A simulated cloud in a process of its own. */
export interface SimulatedCloud {
  size: Size
  /** The settings that point the service at it. */
  env: Record<string, string>
  /** What is in it. */
  content: Cloud
  /** A token of its admin's, as Keystone issues it. */
  token (): Promise<string>
  /** Calls that it has received. */
  received (): Promise<number>
  /** Waits until it is asked nothing any more, and no longer than some seconds. */
  waitUntilIdle (): Promise<void>
}

/** Milliseconds that each call takes: what a quota call took at least on a real cloud. */
export const latencyMs = 20

export async function startCloud (size: Size): Promise<SimulatedCloud> {
  const projects = size.projects - seedProjects.length
  const instances = size.instances - seedInstances().length
  const child = runProgram('simulator/simulate.js', [], { PROJECTS: String(projects), INSTANCES: String(instances), LATENCY: String(latencyMs) }, 'pipe')
  const lines = createInterface({ input: child.stdout! })
  const env = await settingsIn(lines)

  let told = Promise.resolve(0)
  // One after another: of two signals at once a process may see only one.
  const received = () => {
    told = told.then(async () => {
      const line = once(lines, 'line')
      child.kill('SIGUSR2')
      return Number(String(await line).split('=')[1])
    })
    return told
  }

  const quiet = async () => {
    let [before, now] = [-1, await received()]
    for (let left = 60; left > 0 && before !== now; left--) {
      await sleep(250)
      ;[before, now] = [now, await received()]
    }
  }

  const token = async () => (await logIn(env)).token

  return { size, env, token, content: buildCloud(projects, instances, Math.floor(Date.now() / 1000)), received, waitUntilIdle }
}

/** What the simulator prints at its start, a setting a line. */
function settingsIn (lines: Interface) {
  const env: Record<string, string> = {}
  return new Promise<Record<string, string>>((resolve) => {
    lines.on('line', (line) => {
      const [name, ...value] = line.split('=')
      env[name!] = value.join('=')
      if (name === 'INFLUX_DATABASE') resolve(env)
    })
  })
}
