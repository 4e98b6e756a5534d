import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { request } from 'undici'
import { end } from '#test/support/child.js'
import { maxFindMs } from '#test/support/debian.js'
import { findInfluxd } from './binary.js'
import { createClient } from './client.js'
import type { Client } from './client.js'
import { launch, relaunch, settingsIn } from './process.js'

/** What a test may ask of its InfluxDB. */
export interface InfluxdOptions {
  /** Whether users must log in; `admin` may then do anything. */
  auth?: boolean
  /** More settings, named as InfluxDB reads them from the environment. */
  settings?: Record<`INFLUXDB_${string}`, string>
}

/** A real InfluxDB 1.x that belongs to one test. */
export interface Influxd extends Client {
  url: string
  /** Of the server as it was started last. */
  pid: () => number
  /** Ends the server and keeps its data. */
  stop: () => Promise<void>
  /** The same, without giving it the time to do so. */
  kill: () => Promise<void>
  /** Starts it again, on the same port. */
  start: () => Promise<void>
  /** Freezes the server: connections are accepted, and nothing is answered. */
  pause: () => Promise<void>
  resume: () => void
}

const answers = (url: string) => request(`${url}/ping`, { reset: true, signal: AbortSignal.timeout(100) }).then(() => true, () => false)

/** How long a test file may take once it has its influxd. */
const testLimit = 120_000

/** The administrator of a server that was started with `auth`. */
export const admin = { username: 'admin', password: 'admin-s3cret' }
const createAdmin = `CREATE USER ${admin.username} WITH PASSWORD '${admin.password}' WITH ALL PRIVILEGES`

/**
 * Starts an InfluxDB with the database `mon`; it ends with the test. Where no influxd can be had, `t` is skipped with
 * the reason and the answer is undefined, unless REQUIRE_INFLUXD=1 forbids that.
 */
export async function startInfluxd (t: Test, options: InfluxdOptions = {}): Promise<Influxd | undefined> {
  t.setTimeout(maxFindMs)
  const found = await findInfluxd()
  if ('reason' in found) {
    if (process.env.REQUIRE_INFLUXD === '1') throw new Error(`REQUIRE_INFLUXD=1, but ${found.reason}`)
    t.plan(0, found.reason)
    return
  }
  t.setTimeout(testLimit)

  const dir = await mkdtemp(join(tmpdir(), 'influxd-'))
  const settings = { ...settingsIn(dir), INFLUXDB_HTTP_AUTH_ENABLED: String(options.auth ?? false), ...options.settings }
  let server = await launch(found.path, settings)
  t.teardown(() => end(server.child, 'SIGKILL'))
  // Beyond a teardown, which a test that is aborted does not come to.
  process.once('exit', () => {
    server.child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })

  const { address } = server
  const url = `http://${address}`
  const client = createClient(url, options.auth ? admin : undefined)
  if (options.auth) await createClient(url).query(createAdmin)
  await client.query('CREATE DATABASE mon')

  return {
    ...client,
    url,
    pid: () => server.child.pid!,
    stop: () => end(server.child, 'SIGTERM'),
    kill: () => end(server.child, 'SIGKILL'),
    start: async () => { server = await relaunch(found.path, { ...settings, INFLUXDB_HTTP_BIND_ADDRESS: address }) },
    pause: async () => {
      server.child.kill('SIGSTOP')
      // A signal is no barrier: a thread of the server's that is at work may answer once more.
      while (await answers(url)) await sleep(10)
    },
    resume: () => { server.child.kill('SIGCONT') }
  }
}
