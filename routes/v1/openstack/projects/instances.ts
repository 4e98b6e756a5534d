import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { instancesAsCsv } from '#lib/monitoring/csv-tables.js'
import { parseFilters } from '#lib/monitoring/instance-filters.js'
import { listInstances } from '#lib/monitoring/instance-list.js'
import { alsoAsCsv, cacheHeaders, exampleOf, linkHeader, notModified } from '#schemas/common.js'
import { InstancePage, InstancesQuery, ProjectParams } from '#schemas/instance.js'
import { problems } from '#schemas/problem.js'

const instances: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/:projectId/instances', {
    config: { ttl: 'INSTANCES_TTL', csv: instancesAsCsv },
    schema: {
      operationId: 'listInstances',
      summary: 'A project\'s instances with their latest usage',
      description: 'Newest first, unless `sort` says otherwise. A page may be shorter than `limit`, where ' +
        'Nova returns shorter ones; only the last page has no `Link` header.',
      tags: ['projects'],
      params: ProjectParams,
      querystring: InstancesQuery,
      response: {
        200: {
          description: `A page of instances. ${alsoAsCsv}`,
          headers: { ...cacheHeaders, ...linkHeader },
          content: {
            'application/json': { schema: Type.Ref('InstancePage'), example: exampleOf(InstancePage) }
          }
        },
        ...notModified,
        ...problems(400, 404, 429, 500, 502, 503, 504)
      }
    }
  }, ({ params, query, scope }, reply) => reply.sendCached<InstancePage>(async () => {
    const filters = parseFilters(query)
    const onlyProject = await app.authorization.instances(scope, params.projectId, query.marker)
    const { page, ...rest } = await listInstances(
      app, params.projectId, filters, app.clock.now(), onlyProject
    )
    return { payload: page, ...rest }
  }))
}

export default instances
