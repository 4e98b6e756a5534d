import t from 'tap'
import { testSharing } from '#test/support/redis/replicas.js'
import { startRedis } from '#test/support/redis/server.js'

const redis = await startRedis(t)
if (redis) await testSharing(t, redis.url)
