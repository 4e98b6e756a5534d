import type { ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { end, startChild } from '#test/support/child.js'
import { maxFindMs } from '#test/support/debian.js'
import { findRedis } from './binary.js'

/** A real Redis server that belongs to one test. */
export interface RedisServer {
  port: number
  url: string
  /** What the test asks of it directly. */
  client: Redis
  /** The keys that it has, when no read is under way: a process answers before Redis has what it has read. */
  keys: () => Promise<string[]>
  kill: () => Promise<void>
  /** Starts it again, empty, on the same port. */
  start: () => Promise<void>
  /** Freezes it: connections are accepted, and nothing is answered. */
  pause: () => Promise<void>
  resume: () => void
}

/** How long a test file may take once it has its servers. */
const testLimit = 180_000

/**
 * Starts a Redis server on a free port, with more arguments; it ends with the test. Where none can be had, `t` is skipped with the reason
 * and the answer is undefined, unless REQUIRE_REDIS=1 forbids that.
 */
export async function startRedis (t: Test, args: string[] = [], login = ''): Promise<RedisServer | undefined> {
  t.setTimeout(maxFindMs)
  const found = await findRedis()
  if ('reason' in found) {
    if (process.env.REQUIRE_REDIS === '1') throw new Error(`REQUIRE_REDIS=1, but ${found.reason}`)
    t.plan(0, found.reason)
    return
  }
  t.setTimeout(testLimit)

  const dir = await mkdtemp(join(tmpdir(), 'redis-'))
  const launch = async (port: number): Promise<ChildProcess> => {
    const { child } = await startChild({
      path: found.path,
      args: ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', '', ...args],
      env: found.env,
      output: 'stdout',
      ready: /Ready to accept connections/
    })
    return child
  }
  let { child, port } = await onFreePort(launch)
  t.teardown(() => end(child, 'SIGKILL'))
  // Beyond a teardown, which a test that is aborted does not come to.
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })

  const url = `redis://${login}127.0.0.1:${port}`
  const client = new Redis(url, { commandTimeout: 2_000, retryStrategy: () => 50 })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  const answers = () => client.ping().then(() => true, () => false)

  return {
    port,
    url,
    client,
    async keys () {
      for (;;) {
        const keys = await client.keys('*')
        if (!keys.some((key) => key.endsWith(':lease'))) return keys
        await sleep(10)
      }
    },
    kill: () => end(child, 'SIGKILL'),
    start: async () => { child = await again(() => launch(port)) },
    pause: async () => {
      child.kill('SIGSTOP')
      // A signal is no barrier: it may answer once more.
      while (await answers()) await sleep(10)
    },
    resume: () => { child.kill('SIGCONT') }
  }
}

/** Starts what listens on a port that is free, unless something else takes it meanwhile. */
async function onFreePort<T> (launch: (port: number) => Promise<T>) {
  return await again(async () => {
    const port = await freePort()
    return { port, child: await launch(port) }
  })
}

export async function freePort () {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function again<T> (work: () => Promise<T>, left = 20): Promise<T> {
  return await work().catch(async (err: unknown) => {
    if (left === 0) throw err
    await sleep(200)
    return await again(work, left - 1)
  })
}
