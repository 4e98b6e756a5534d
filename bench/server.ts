import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { runProgram, stop } from './process.js'
import type { Store } from './stores/store.js'

/** A server in its own process. */
export interface Server {
  origin: string
  pid: number
  close (): Promise<void>
}

const startTimeoutMs = 30_000

/**
 * The flags of Node.js that the service uses: server.js names one in its first line and sets another itself.
 */
const flags = readFileSync(join(import.meta.dirname, '../server.js'), 'utf8').match(/--[a-z-]+=\d+/g)!

/**
 * Starts the built service and waits until it listens. It writes its log, which is discarded.
 * @param env settings; all others have their defaults
 */
export async function startService (env: Record<string, string>): Promise<Server> {
  const port = await freePort()
  const { LOG_LEVEL = 'info' } = process.env
  const child = runProgram('server.js', flags, { LOG_LEVEL, ...env, PORT: String(port) }, 'ignore')
  const origin = `http://127.0.0.1:${port}`
  const deadline = Date.now() + startTimeoutMs
  const listens = () =>
    request(`${origin}/healthz`).then(({ body }) => body.dump().then(() => true), () => false)
  while (!await listens()) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('the service did not start')
    await sleep(20)
  }
  return { origin, pid: child.pid!, close: () => stop(child) }
}

/**
 * Starts a bare Fastify server with the service's flags, so that only the code differs.
 * @param url the URL whose current response the server sends on `/`
 */
export const startBare = (url: string) => startBaseline('bare', { SOURCE: url })

/** Starts the naive proxy of a metrics store, with the service's flags as well. */
export const startNaiveProxy = ({ name, origin }: Pick<Store, 'name' | 'origin'>) =>
  startBaseline('naive-proxy', { STORE: name, ORIGIN: origin })

/** Starts a program of the benchmark that prints its URL. */
async function startBaseline (name: string, env: Record<string, string>): Promise<Server> {
  const child = runProgram(`bench/${name}.js`, flags, env, 'pipe')
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
