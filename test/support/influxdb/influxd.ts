import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { request } from 'undici'
import { end, endWith } from '#test/support/child.js'
import { pathFor } from '#test/support/debian.js'
import { findInfluxd } from './binary.js'
import { createClient } from './client.js'
import type { Client } from './client.js'
import { launch, relaunch, settingsIn } from './process.js'

export interface InfluxdOptions {
  /** Whether users must log in; `admin` then has all privileges. */
  auth?: boolean
  /** More settings, as InfluxDB's environment variables. */
  settings?: Record<`INFLUXDB_${string}`, string>
}

/** A real InfluxDB 1.x that belongs to one test. */
export interface Influxd extends Client {
  url: string
  /** The id of the current process. */
  pid: () => number
  /** Ends the server with SIGTERM; its data stays. */
  stop: () => Promise<void>
  /** Ends the server with SIGKILL; its data stays. */
  kill: () => Promise<void>
  /** Restarts the server on the same port. */
  start: () => Promise<void>
  /** Suspends the server: it accepts connections and sends no response. */
  pause: () => Promise<void>
  resume: () => void
}

const responds = (url: string) =>
  request(`${url}/ping`, { reset: true, signal: AbortSignal.timeout(100) }).then(() => true, () => false)

/** Milliseconds that a test file may take after influxd was found. */
const testTimeoutMs = 120_000

/** The administrator of a server that was started with `auth`. */
export const admin = { username: 'admin', password: 'admin-s3cret' }
const createAdmin = `CREATE USER ${admin.username} WITH PASSWORD '${admin.password}' WITH ALL PRIVILEGES`

/**
 * Starts an InfluxDB with the database `mon`; it ends with the test.
 * @returns `undefined` without an influxd: `t` is then skipped with the reason
 * @throws Error without an influxd where REQUIRE_INFLUXD=1
 */
export async function startInfluxd (t: Test, options: InfluxdOptions = {}): Promise<Influxd | undefined> {
  const path = await pathFor(t, findInfluxd, 'REQUIRE_INFLUXD', testTimeoutMs)
  if (path === undefined) return

  const dir = await mkdtemp(join(tmpdir(), 'influxd-'))
  const settings = {
    ...settingsIn(dir),
    INFLUXDB_HTTP_AUTH_ENABLED: String(options.auth ?? false),
    ...options.settings
  }
  let server = await launch(path, settings)
  endWith(t, () => server.child, dir)

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
    start: async () => {
      server = await relaunch(path, { ...settings, INFLUXDB_HTTP_BIND_ADDRESS: address })
    },
    pause: async () => {
      server.child.kill('SIGSTOP')
      // A signal is no barrier: a running thread of the server may still send a response.
      while (await responds(url)) await sleep(10)
    },
    resume: () => { server.child.kill('SIGCONT') }
  }
}
