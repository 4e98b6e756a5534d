import { delimiter, join } from 'node:path'
import type { Test } from 'tap'
import { isExecutable, maxFindMs, unpack } from '#test/support/debian.js'
import type { Found } from '#test/support/debian.js'

/** How long a test file may take once it has its program. */
const maxTestMs = 120_000

/**
 * Where a program of Prometheus' is: on the PATH, else in Debian's package. Where it cannot be had, `t` is
 * skipped with the reason and the answer is undefined, unless REQUIRE_PROMETHEUS=1 forbids that.
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
