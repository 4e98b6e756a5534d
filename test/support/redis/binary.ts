import { readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { isExecutable, unpack } from '#test/support/debian.js'

/** Debian's Redis, and those of its libraries that a small system lacks. */
const packages = ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1']

/** A Redis server with its environment, or the reason why none was found. */
export type Found = { path: string, env: Record<string, string> } | { reason: string }

/** Finds a Redis server: `REDIS_SERVER`, else the PATH, else Debian's packages. */
export async function findRedis (): Promise<Found> {
  const { REDIS_SERVER, PATH = '' } = process.env
  if (REDIS_SERVER) {
    return await isExecutable(REDIS_SERVER)
      ? { path: REDIS_SERVER, env: {} }
      : { reason: `REDIS_SERVER=${REDIS_SERVER} is not a program` }
  }

  for (const path of PATH.split(delimiter).map((dir) => join(dir, 'redis-server'))) {
    if (await isExecutable(path)) return { path, env: {} }
  }
  const found = await unpack('redis', packages, 'usr/bin/redis-server')
  if ('reason' in found) {
    return { reason: `redis-server is not in REDIS_SERVER nor on the PATH, and ${found.reason}` }
  }
  const lib = join(found.path, '../../lib')
  const folders = (await readdir(lib)).map((dir) => join(lib, dir))
  return { ...found, env: { LD_LIBRARY_PATH: folders.join(delimiter) } }
}
