import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from '#test/support/debian.js'

/** Finds InfluxDB 1.x. InfluxDB 2 has a program of the same name, with other arguments. */
export const findInfluxd = () =>
  findProgram({ name: 'influxd', variable: 'INFLUXD', packages: ['influxdb'], accepts: isVersion1 })

async function isVersion1 (path: string) {
  const { stdout } = await promisify(execFile)(path, ['version'], { timeout: 10_000 })
    .catch(() => ({ stdout: '' }))
  return stdout.startsWith('InfluxDB v1.')
}
