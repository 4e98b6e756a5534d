import type { RedisServer } from '#test/support/redis/server.js'
import { tolerated } from '../case.js'
import type { Case, Inject } from '../case.js'

/** Faults of the shared cache: the service works without it. */
export function redisFaults ({ url, kill, start, pause, resume }: RedisServer): Case[] {
  const options = { component: 'Redis', env: () => ({ REDIS_URL: url }) }
  const killRedis: Inject = async () => {
    await kill()
    return start
  }
  const pauseRedis: Inject = async () => {
    await pause()
    return resume
  }
  return [
    ...tolerated([[]], 'Redis is killed, then restarted empty', killRedis, options),
    // After the pause Redis runs the queued commands. It grants read locks to readers that have given up;
    // other readers wait until those locks expire.
    ...tolerated([[]], 'Redis is paused (SIGSTOP), then resumed', pauseRedis, options)
  ]
}
