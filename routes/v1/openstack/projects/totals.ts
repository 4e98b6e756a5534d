import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getProjectTotals } from '#lib/monitoring/project-totals.js'
import { cacheHeaders, exampleOf, incompleteHeader, NoQuery, notModified } from '#schemas/common.js'
import { problems } from '#schemas/problem.js'
import { ProjectTotals } from '#schemas/project-totals.js'

const totals: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/totals', {
    config: { ttl: 'SUMMARY_TTL' },
    schema: {
      operationId: 'getProjectTotals',
      summary: 'The limits and usages of all projects together',
      description: 'Of the projects that the summary lists. A sum has what is known; `unknown` counts the ' +
        'projects that it lacks.',
      tags: ['projects'],
      querystring: NoQuery,
      response: {
        200: {
          description: 'The totals',
          headers: { ...cacheHeaders, ...incompleteHeader },
          content: {
            'application/json': { schema: Type.Ref('ProjectTotals'), example: exampleOf(ProjectTotals) }
          }
        },
        ...notModified,
        ...problems(400, 429, 500, 502, 503, 504)
      }
    }
  }, ({ scope }, reply) => reply.sendCached<ProjectTotals>(async () => {
    const { totals, ...rest } = await getProjectTotals(
      app.openstack, await app.authorization.projects(scope)
    )
    return { payload: totals, ...rest }
  }))
}

export default totals
