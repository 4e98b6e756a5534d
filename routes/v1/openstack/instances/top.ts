import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { listTopInstances } from '#lib/monitoring/top-instances.js'
import { cacheHeaders, exampleOf, notModified } from '#schemas/common.js'
import { problems } from '#schemas/problem.js'
import { TopInstances, TopQuery } from '#schemas/top-instances.js'

const { approximate, ...example } = exampleOf(TopInstances)

const top: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/top', {
    config: { ttl: 'INSTANCES_TTL' },
    schema: {
      operationId: 'listTopInstances',
      summary: 'The busiest instances, or the idlest ones',
      description: 'Of all that the caller sees. Only the usage that they are ranked by is read. Instances ' +
        'without a recent sample are in no ranking.',
      tags: ['instances'],
      querystring: TopQuery,
      response: {
        200: {
          description: 'The instances, in order',
          headers: cacheHeaders,
          content: {
            'application/json': { schema: Type.Ref('TopInstances'), example }
          }
        },
        ...notModified,
        ...problems(400, 404, 429, 500, 502, 503, 504)
      }
    }
  }, ({ query, scope }, reply) => reply.sendCached<TopInstances>(async () => {
    const { page, failures } = await listTopInstances(
      app, scope, query, app.clock.now(), app.metrics.maxAge
    )
    return { payload: page, failures, complete: failures.length === 0 }
  }))
}

export default top
