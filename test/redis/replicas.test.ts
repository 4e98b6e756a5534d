import t from 'tap'
import { testSharing } from './replicas.js'
import { startRedis } from './server.js'

const redis = await startRedis(t)
if (redis) await testSharing(t, redis.url)
