import t from 'tap'
import { startRedis } from '../redis/server.js'
import { redisFaults } from './cases/redis.js'
import { runCases } from './run-case.js'
import { startSite } from './site.js'

const redis = await startRedis(t)
if (redis) await runCases(t, await startSite(t), redisFaults(redis))
