import { delimiter, join } from 'node:path'
import type { Test } from 'tap'
import { isExecutable, maxFindMs, unpack } from '#test/support/debian.js'
import type { Found } from '#test/support/debian.js'

/** The maximum duration of a test file, without the search for its program. */
const maxTestMs = 120_000

/**
 * Finds a program of Prometheus on the PATH or in Debian's package.
 * @returns its path; undefined when it is not available, and then `t` is skipped with the reason
 * @throws {Error} when it is not available and REQUIRE_PROMETHEUS=1
 */
export async function findProgram (t: Test, name: 'prometheus' | 'promtool'): Promise<string | undefined> {
  t.setTimeout(maxFindMs)
  const found = await findOnPathOrDownload(name)
  if ('reason' in found) {
    if (process.env.REQUIRE_PROMETHEUS === '1') throw new Error(`REQUIRE_PROMETHEUS=1, but ${found.reason}`)
    t.plan(0, found.reason)
    return
  }
  t.setTimeout(maxTestMs)
  return found.path
}

async function findOnPathOrDownload (name: string): Promise<Found> {
  for (const path of (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name))) {
    if (await isExecutable(path)) return { path }
  }
  const found = await unpack('prometheus', ['prometheus'], `usr/bin/${name}`)
  return 'path' in found ? found : { reason: `${name} is not on the PATH, and ${found.reason}` }
}
