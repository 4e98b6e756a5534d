import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { request } from 'undici'
import { endWith } from '#test/support/child.js'
import { pathFor } from '#test/support/debian.js'
import { controlOf } from '#test/support/server-control.js'
import type { ServerControl } from '#test/support/server-control.js'
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
export interface Influxd extends Client, ServerControl { url: string }

const responds = (url: string) =>
  request(`${url}/ping`, { reset: true, signal: AbortSignal.timeout(100) }).then(() => true, () => false)

/** The administrator of a server that was started with `auth`. */
export const admin = { username: 'admin', password: 'admin-s3cret' }
const createAdmin = `CREATE USER ${admin.username} WITH PASSWORD '${admin.password}' WITH ALL PRIVILEGES`

/**
 * Starts an InfluxDB with the database `mon`; it ends with the test.
 * @returns `undefined` without an influxd: `t` is then skipped with the reason
 * @throws Error without an influxd where REQUIRE_INFLUXD=1
 */
export async function startInfluxd (t: Test, options: InfluxdOptions = {}): Promise<Influxd | undefined> {
  const path = await pathFor(t, findInfluxd, 'REQUIRE_INFLUXD')
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
    ...controlOf(() => server.child, async () => {
      server = await relaunch(path, { ...settings, INFLUXDB_HTTP_BIND_ADDRESS: address })
    }, () => responds(url))
  }
}
