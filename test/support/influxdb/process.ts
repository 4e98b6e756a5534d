import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '#test/support/child.js'

/**
 * The settings of an influxd that keeps all its data in `dir`.
 * Port 0 lets the kernel choose, so that test files running at once cannot take each other's port.
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

/** Starts the influxd at `path`; resolves when it listens, with the address that it listens on. */
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

/** Starts it on a port that it has had before, which something else may have got for a moment. */
export async function relaunch (
  path: string, settings: Record<string, string>, left = 20
): ReturnType<typeof launch> {
  return await launch(path, settings).catch(async (err: unknown) => {
    if (left === 0) throw err
    await sleep(500)
    return await relaunch(path, settings, left - 1)
  })
}
