import { delimiter, join } from 'node:path'
import type { Test } from 'tap'
import { isExecutable, unpack } from '#test/support/debian.js'
import type { Found } from '#test/support/debian.js'

/** The Debian package of each program, and the variable with which a missing one is a failure. */
const programs = {
  prometheus: { package: 'prometheus', required: 'REQUIRE_PROMETHEUS' },
  promtool: { package: 'prometheus', required: 'REQUIRE_PROMETHEUS' },
  'victoria-metrics': { package: 'victoria-metrics', required: 'REQUIRE_VICTORIAMETRICS' }
}

/**
 * Finds a program on the PATH or in its Debian package.
 * @returns its path; undefined when it is not available, and then `t` is skipped with the reason
 * @throws {Error} when it is not available and required
 */
export async function findProgram (t: Test, name: keyof typeof programs): Promise<string | undefined> {
  const { required } = programs[name]
  const found = await locateProgram(name)
  if ('reason' in found) {
    if (process.env[required] === '1') throw new Error(`${required}=1, but ${found.reason}`)
    t.plan(0, found.reason)
    return
  }
  return found.path
}

/** Finds a program on the PATH or in its Debian package. */
export async function locateProgram (name: keyof typeof programs): Promise<Found> {
  for (const path of (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name))) {
    if (await isExecutable(path)) return { path }
  }
  const { package: debian } = programs[name]
  const found = await unpack(debian, [debian], `usr/bin/${name}`)
  return 'path' in found ? found : { reason: `${name} is not on the PATH, and ${found.reason}` }
}
