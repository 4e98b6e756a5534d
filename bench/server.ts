import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { runProgram, stop } from './process.js'

/** A server in a process of its own. */
export interface Server {
  origin: string
  pid: number
  close (): Promise<void>
}

const startTimeoutMs = 30_000

/** Node's flags that the service runs with: its first line has one, and another it sets by itself. */
const flags = readFileSync(join(import.meta.dirname, '../server.js'), 'utf8').match(/--[a-z-]+=\d+/g)!

/** The built service with these settings and otherwise its defaults, listening. Its log is written, and goes nowhere. */
export async function startService (env: Record<string, string>): Promise<Server> {
  const port = await freePort()
  const { LOG_LEVEL = 'info' } = process.env
  const child = runProgram('server.js', flags, { LOG_LEVEL, ...env, PORT: String(port) }, 'ignore')
  const origin = `http://127.0.0.1:${port}`
  const limit = Date.now() + startTimeoutMs
  while (!await request(`${origin}/healthz`).then(({ body }) => body.dump().then(() => true), () => false)) {
    if (child.exitCode !== null || Date.now() > limit) throw new Error('the service did not start')
    await sleep(20)
  }
  return { origin, pid: child.pid!, close: () => stop(child) }
}

/** A bare Fastify route, `/`, that answers with the bytes that a URL answers with now, with the service's flags: only the code differs. */
export async function startBare (url: string): Promise<Server> {
  const child = runProgram('bench/bare.js', flags, { SOURCE: url }, 'pipe')
  const [origin] = await once(createInterface({ input: child.stdout! }), 'line') as [string]
  return { origin, pid: child.pid!, close: () => stop(child) }
}

async function freePort () {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
