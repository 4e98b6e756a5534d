import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildCloud } from '#simulator/cloud.js'
import type { Cloud } from '#simulator/cloud.js'
import { seedInstances, seedProjects } from '#simulator/seed.js'
import { runProgram } from './process.js'

/** The total numbers of projects and instances in a cloud. */
export interface Size {
  projects: number
  instances: number
}

/**
 * Milliseconds that each call takes: the shortest and the longest that quota calls took on a real cloud.
 */
const callMs = { fast: 20, slow: 80 }

/** A simulated cloud in its own process. */
export interface SimulatedCloud {
  size: Size
  /** Milliseconds that each call takes. */
  callMs: number
  /** The settings with which the service uses it. */
  env: Record<string, string>
  content: Cloud
  /** The number of calls that it has received. */
  received (): Promise<number>
  /** Waits until it has received no call for 250 ms, at most 15 s. */
  waitUntilIdle (): Promise<void>
}

/** The settings of a cloud without its simulated metrics store. */
export const withoutStore = (env: Record<string, string>) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('INFLUX_')))

const idlePollMs = 250
const maxIdlePolls = 60

export async function startCloud (size: Size, speed: keyof typeof callMs = 'fast'): Promise<SimulatedCloud> {
  const projects = size.projects - seedProjects.length
  const instances = size.instances - seedInstances().length
  const child = runProgram('simulator/simulate.js', [], {
    PROJECTS: String(projects), INSTANCES: String(instances), LATENCY: String(callMs[speed])
  }, 'pipe')
  const lines = createInterface({ input: child.stdout! })
  const env = await settingsIn(lines)

  let lastCount = Promise.resolve(0)
  // One at a time: of two signals at once a process may see only one.
  const received = () => {
    lastCount = lastCount.then(async () => {
      const line = once(lines, 'line')
      child.kill('SIGUSR2')
      return Number(String(await line).split('=')[1])
    })
    return lastCount
  }

  const waitUntilIdle = async () => {
    let [before, now] = [-1, await received()]
    for (let polls = 0; polls < maxIdlePolls && before !== now; polls++) {
      await sleep(idlePollMs)
      ;[before, now] = [now, await received()]
    }
  }

  return {
    size,
    callMs: callMs[speed],
    env,
    content: buildCloud(projects, instances, Math.floor(Date.now() / 1000)),
    received,
    waitUntilIdle
  }
}

/** Reads the settings that the simulator prints at its start, one per line. */
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
