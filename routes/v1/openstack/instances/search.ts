import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { searchInstances } from '#lib/monitoring/instance-search.js'
import { cacheHeaders, exampleOf, incompleteHeader, linkHeader, notModified } from '#schemas/common.js'
import { FoundInstances, SearchQuery } from '#schemas/instance-search.js'
import { problems } from '#schemas/problem.js'

const search: FastifyPluginAsyncTypebox = async (app) => {
  app.get('', {
    config: { ttl: 'INSTANCES_TTL' },
    schema: {
      operationId: 'searchInstances',
      summary: 'Instances of all projects by name or address',
      description: 'Of all that the caller sees, newest first. A page may be shorter than `limit` although ' +
        'more follow; only the last page has no `Link` header.',
      tags: ['instances'],
      querystring: SearchQuery,
      response: {
        200: {
          description: 'A page of instances',
          headers: { ...cacheHeaders, ...linkHeader, ...incompleteHeader },
          content: {
            'application/json': { schema: Type.Ref('FoundInstances'), example: exampleOf(FoundInstances) }
          }
        },
        ...notModified,
        ...problems(400, 429, 500, 502, 503, 504)
      }
    }
  }, ({ query, scope }, reply) => reply.sendCached<FoundInstances>(async () => {
    const { page, ...rest } = await searchInstances(app, scope, query, app.clock.now())
    return { payload: page, ...rest, complete: rest.failures.length === 0 }
  }))
}

export default search
