import t from 'tap'
import { startRedis } from '#test/support/redis/server.js'
import { redisFaults } from '#test/robustness/faults/cases/redis.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

const redis = await startRedis(t)
if (redis) await runCases(t, await startSite(t), redisFaults(redis))
