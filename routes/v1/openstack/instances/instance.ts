import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getInstance } from '#lib/monitoring/instance-detail.js'
import { cacheHeaders, exampleOf, NoQuery, notModified } from '#schemas/common.js'
import { InstanceDetail } from '#schemas/instance-detail.js'
import { missingInstance, problems } from '#schemas/problem.js'
import { InstanceParams } from '#schemas/series.js'

const instance: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/:instanceId', {
    config: { ttl: 'INSTANCES_TTL' },
    schema: {
      operationId: 'getInstance',
      summary: 'An instance with its latest usage and its project\'s name',
      description: 'An instance that was deleted is not found here, while its series remain.',
      tags: ['instances'],
      params: InstanceParams,
      querystring: NoQuery,
      response: {
        200: {
          description: 'The instance',
          headers: cacheHeaders,
          content: {
            'application/json': { schema: Type.Ref('InstanceDetail'), example: exampleOf(InstanceDetail) }
          }
        },
        ...notModified,
        ...problems(400, 429, 500, 502, 503, 504),
        ...missingInstance
      }
    }
  }, ({ params: { instanceId }, scope }, reply) => reply.sendCached<InstanceDetail>(async () => {
    const visible = await app.authorization.instance(scope, instanceId)
    const { instance, ...rest } = await getInstance(app, visible, app.clock.now())
    return { payload: instance, ...rest }
  }))
}

export default instance
