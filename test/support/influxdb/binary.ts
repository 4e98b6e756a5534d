import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { isExecutable, unpack } from '#test/support/debian.js'
import type { Found } from '#test/support/debian.js'

const run = promisify(execFile)

/** Finds InfluxDB 1.x: `INFLUXD`, else the PATH, else Debian's package. */
export async function findInfluxd (): Promise<Found> {
  const { INFLUXD, PATH = '' } = process.env
  if (INFLUXD) {
    return await isExecutable(INFLUXD)
      ? { path: INFLUXD }
      : { reason: `INFLUXD=${INFLUXD} is not a program` }
  }

  for (const path of PATH.split(delimiter).map(dir => join(dir, 'influxd'))) {
    if (await isExecutable(path) && await isVersion1(path)) return { path }
  }
  const found = await unpack('influxdb', ['influxdb'], 'usr/bin/influxd')
  return 'path' in found
    ? found
    : { reason: `influxd is not in INFLUXD nor on the PATH, and ${found.reason}` }
}

/** InfluxDB 2 has a program of the same name, with other arguments. */
async function isVersion1 (path: string) {
  const { stdout } = await run(path, ['version'], { timeout: 10_000 }).catch(() => ({ stdout: '' }))
  return stdout.startsWith('InfluxDB v1.')
}
