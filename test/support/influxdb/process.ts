import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '#test/support/child.js'

/**
 * The settings of an influxd with all its data in `dir`. With port 0 the kernel chooses the port, so that
 * concurrent test files cannot take each other's.
 */
export const settingsIn = (dir: string) => ({
  INFLUXDB_REPORTING_DISABLED: 'true',
  INFLUXDB_BIND_ADDRESS: '127.0.0.1:0',
  INFLUXDB_META_DIR: join(dir, 'meta'),
  INFLUXDB_DATA_DIR: join(dir, 'data'),
  INFLUXDB_DATA_WAL_DIR: join(dir, 'wal'),
  INFLUXDB_MONITOR_STORE_ENABLED: 'false',
  INFLUXDB_HTTP_BIND_ADDRESS: '127.0.0.1:0',
  INFLUXDB_HTTP_LOG_ENABLED: 'false'
})

/** Starts the influxd at `path`. @returns its process and the address that it listens on */
export async function launch (path: string, settings: Record<string, string>) {
  const { child, match } = await startChild({
    path,
    args: ['-config', '/dev/null'],
    env: settings,
    output: 'stderr',
    ready: /msg="Listening on HTTP".* addr=(\S+)/
  })
  return { child, address: match[1]! }
}

/** Restarts influxd on its previous port, which another process may have for a moment. */
export async function relaunch (
  path: string, settings: Record<string, string>, attempts = 20
): ReturnType<typeof launch> {
  return await launch(path, settings).catch(async (err: unknown) => {
    if (attempts === 0) throw err
    await sleep(500)
    return await relaunch(path, settings, attempts - 1)
  })
}
