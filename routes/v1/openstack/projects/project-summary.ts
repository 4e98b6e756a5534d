import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getProjectSummary } from '#lib/monitoring/single-summary.js'
import { cacheHeaders, exampleOf, NoQuery, notModified } from '#schemas/common.js'
import { ProjectParams } from '#schemas/instance.js'
import { problems } from '#schemas/problem.js'
import { ProjectSummary } from '#schemas/project.js'

const projectSummary: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/:projectId/summary', {
    config: { ttl: 'SUMMARY_TTL' },
    schema: {
      operationId: 'getProjectSummary',
      summary: 'A project with its limits and usages',
      description: 'As in the list of all projects. While an upstream cannot be read, only its own numbers ' +
        'are null.',
      tags: ['projects'],
      params: ProjectParams,
      querystring: NoQuery,
      response: {
        200: {
          description: 'The project',
          headers: cacheHeaders,
          content: {
            'application/json': { schema: Type.Ref('ProjectSummary'), example: exampleOf(ProjectSummary) }
          }
        },
        ...notModified,
        ...problems(400, 404, 429, 500, 502, 503, 504)
      }
    }
  }, ({ params: { projectId }, scope }, reply) => reply.sendCached<ProjectSummary>(async () => {
    await app.authorization.instances(scope, projectId)
    const { summary, ...rest } = await getProjectSummary(app.openstack, projectId)
    return { payload: summary, ...rest }
  }))
}

export default projectSummary
