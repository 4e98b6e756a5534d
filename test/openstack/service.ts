import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { root } from '#test/support/root.js'

const script = join(root, 'test/openstack/service.sh')

/** Stops, starts or restarts services of the cloud. Started services respond when this function returns. */
export async function service (
  action: 'stop' | 'start' | 'restart',
  names: string[],
  env: Record<string, string> = {}
) {
  await promisify(execFile)(script, [action, ...names], { env: { ...process.env, ...env } })
}

/** Stops services of the cloud, and starts them again at the end of the test. */
export async function stop (t: Test, ...names: string[]) {
  t.teardown(() => service('start', names))
  await service('stop', names)
}
