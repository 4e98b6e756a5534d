import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { exampleOf, NoQuery } from '#schemas/common.js'
import { Health } from '#schemas/health.js'
import { problems } from '#schemas/problem.js'

const healthz: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/healthz', {
    config: { public: true, limited: false, listener: 'both' },
    schema: {
      operationId: 'getHealth',
      summary: 'Liveness of the process',
      tags: ['service'],
      querystring: NoQuery,
      response: {
        200: {
          description: 'The process is alive',
          content: { 'application/json': { schema: Type.Ref('Health'), example: exampleOf(Health) } }
        },
        ...problems(400)
      }
    }
  }, async () => ({ status: 'ok' as const }))
}

export default healthz
