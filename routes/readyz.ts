import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { exampleOf, NoQuery } from '#schemas/common.js'
import { exampleUnready, Readiness } from '#schemas/health.js'
import { problems } from '#schemas/problem.js'

const readyz: FastifyPluginAsyncTypebox = async (app) => {
  const content = (example: object) => ({ 'application/json': { schema: Type.Ref('Readiness'), example } })

  app.get('/readyz', {
    config: { public: true, limited: false, listener: 'both' },
    schema: {
      operationId: 'getReadiness',
      summary: 'Readiness, and the state of each upstream',
      tags: ['service'],
      querystring: NoQuery,
      response: {
        200: { description: 'The service can serve requests', content: content(exampleOf(Readiness)) },
        503: {
          description: 'The service shuts down, or with `READINESS=upstreams` a required upstream is down',
          content: content(exampleUnready)
        },
        ...problems(400, 500)
      }
    }
  }, async (request, reply) => {
    const readiness = await app.readiness()
    return reply.code(readiness.status === 'unready' ? 503 : 200).send(readiness)
  })
}

export default readyz
