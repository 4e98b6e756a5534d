import { unseen } from '#test/robustness/faults/case.js'
import type { Begin, Case } from '#test/robustness/faults/case.js'
import type { RedisServer } from '#test/support/redis/server.js'

/** Faults of the Redis through which processes share what they keep: nobody needs it. */
export function redisFaults ({ url, kill, start, pause, resume }: RedisServer): Case[] {
  const more = { where: 'Redis', env: () => ({ REDIS_URL: url }) }
  const killed: Begin = async () => {
    await kill()
    return start
  }
  const paused: Begin = async () => {
    await pause()
    return resume
  }
  return [
    ...unseen([[]], 'Redis is killed, and started again empty', killed, more),
    // What it was told meanwhile it does then: it gives leases to reads that nobody makes any more, which
    // hold others up until they run out.
    ...unseen([[]], 'Redis is stopped (SIGSTOP), and goes on', paused, more)
  ]
}
