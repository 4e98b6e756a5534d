import { readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findProgram } from '#test/support/debian.js'

/** Finds a Redis server. */
export const findRedis = () => findProgram({
  name: 'redis-server',
  variable: 'REDIS_SERVER',
  packages: ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1']
})

/** The environment of a Redis server: the libraries that were unpacked with it. */
export function environmentOf (path: string): Record<string, string> {
  if (!path.includes('/.cache/')) return {}
  const lib = join(path, '../../lib')
  return { LD_LIBRARY_PATH: readdirSync(lib).map((dir) => join(lib, dir)).join(delimiter) }
}
