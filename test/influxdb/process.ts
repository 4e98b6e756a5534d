import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

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

/** Becomes influxd, and leaves one beside it that ends it when fd 3 closes: when this process is gone, however it went. */
const script = '(read _ <&3; kill -9 $$) 2>/dev/null & exec 3<&-; exec "$0" -config /dev/null'

/** Starts the influxd at `path`; resolves when it listens, with the address that it listens on. */
export async function launch (path: string, settings: Record<string, string>) {
  const child = spawn('/bin/sh', ['-c', script, path], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: settings })
  child.once('exit', () => child.stdio[3]?.destroy())

  let last = ''
  for await (const line of createInterface({ input: child.stderr! })) {
    last = line
    const [, address] = /msg="Listening on HTTP".* addr=(\S+)/.exec(line) ?? []
    if (address) {
      // Its log must go on being read, or the server would come to wait for a reader.
      child.stderr!.resume()
      return { child, address }
    }
  }
  throw new Error(`influxd did not start: ${last}`)
}

/** Starts it on a port that it has had before, which something else may have got for a moment. */
export async function relaunch (path: string, settings: Record<string, string>, left = 20): ReturnType<typeof launch> {
  return await launch(path, settings).catch(async (err: unknown) => {
    if (left === 0) throw err
    await sleep(500)
    return await relaunch(path, settings, left - 1)
  })
}

/** Ends a child process, if it has not ended. */
export async function end (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL') {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
