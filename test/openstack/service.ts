import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { root } from '#test/support/root.js'

const script = join(root, 'test/openstack/service.sh')

/** Stops, starts or restarts services of the cloud; started ones answer when this is done. */
export async function service (
  action: 'stop' | 'start' | 'restart', names: string[], env: Record<string, string> = {}
) {
  await promisify(execFile)(script, [action, ...names], { env: { ...process.env, ...env } })
}

/** Stops services of the cloud until the test ends, or until they are started before. */
export async function stop (t: Test, ...names: string[]) {
  t.teardown(() => service('start', names))
  await service('stop', names)
}
