import type { ChildProcess } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { end, endWith, startChild } from '#test/support/child.js'
import { pathFor } from '#test/support/debian.js'
import { environmentOf, findRedis } from './binary.js'

/** A real Redis server that belongs to one test. */
export interface RedisServer {
  port: number
  url: string
  /** The test's own connection. */
  client: Redis
  /**
   * The keys of stored values, once no read lock is held: a process sends its response before Redis has
   * stored the value.
   */
  keys: () => Promise<string[]>
  kill: () => Promise<void>
  /** Restarts it, empty, on the same port. */
  start: () => Promise<void>
  /** Suspends it: it accepts connections and sends no reply. */
  pause: () => Promise<void>
  resume: () => void
}

/**
 * Starts a Redis server on a free port; it ends with the test.
 * @param args more arguments of the server
 * @param login the user and password of its URL
 * @returns `undefined` without a Redis server: `t` is then skipped with the reason
 * @throws Error without a Redis server where REQUIRE_REDIS=1
 */
export async function startRedis (
  t: Test, args: string[] = [], login = ''
): Promise<RedisServer | undefined> {
  const path = await pathFor(t, findRedis, 'REQUIRE_REDIS')
  if (path === undefined) return

  const dir = await mkdtemp(join(tmpdir(), 'redis-'))
  const launch = async (port: number): Promise<ChildProcess> => {
    const { child } = await startChild({
      path,
      args: ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', '', ...args],
      env: environmentOf(path),
      output: 'stdout',
      ready: /Ready to accept connections/
    })
    return child
  }
  let { child, port } = await onFreePort(launch)
  endWith(t, () => child, dir)

  const url = `redis://${login}127.0.0.1:${port}`
  const client = new Redis(url, { commandTimeout: 2_000, retryStrategy: () => 50 })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  const responds = () => client.ping().then(() => true, () => false)

  return {
    port,
    url,
    client,
    async keys () {
      for (;;) {
        const keys = await client.keys('*')
        const locks = keys.filter((key) => key.endsWith(':lock'))
        // An open lock is held by nobody.
        const states = await Promise.all(locks.map((key) => client.get(key)))
        if (states.every((state) => state === 'open')) return keys.filter((key) => !locks.includes(key))
        await sleep(10)
      }
    },
    kill: () => end(child, 'SIGKILL'),
    start: async () => { child = await retry(() => launch(port)) },
    pause: async () => {
      child.kill('SIGSTOP')
      // A signal is no barrier: it may still send a reply.
      while (await responds()) await sleep(10)
    },
    resume: () => { child.kill('SIGCONT') }
  }
}

/** Starts a server on a free port; again where another process takes the port meanwhile. */
async function onFreePort<T> (launch: (port: number) => Promise<T>) {
  return await retry(async () => {
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

async function retry<T> (work: () => Promise<T>, attempts = 20): Promise<T> {
  return await work().catch(async (err: unknown) => {
    if (attempts === 0) throw err
    await sleep(200)
    return await retry(work, attempts - 1)
  })
}
