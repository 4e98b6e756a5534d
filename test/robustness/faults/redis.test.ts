import t from 'tap'
import { startRedis } from '#test/support/redis/server.js'
import { redisFaults } from './cases/redis.js'
import { runCases } from './run-case.js'

const redis = await startRedis(t)
if (redis) await runCases(redisFaults(redis))
