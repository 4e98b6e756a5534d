import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { projectsAsCsv } from '#lib/monitoring/csv-tables.js'
import { listProjectSummaries } from '#lib/monitoring/project-summary.js'
import {
  alsoAsCsv, cacheHeaders, exampleOf, incompleteHeader, linkHeader, notModified
} from '#schemas/common.js'
import { problems } from '#schemas/problem.js'
import { ProjectSummary, SummaryQuery } from '#schemas/project.js'

/** The path, and the other spelling in the contract's own index. */
const paths = {
  '/summary': { operationId: 'listProjectSummaries' },
  '/summaries': { operationId: 'listProjectSummariesByOldPath', deprecated: true }
}

const summary: FastifyPluginAsyncTypebox = async (app) => {
  for (const [path, operation] of Object.entries(paths)) {
    app.get(path, {
      config: { ttl: 'SUMMARY_TTL', csv: projectsAsCsv },
      schema: {
        ...operation,
        summary: 'Each project with its limits and usages',
        description: 'Sorted by name, then by id, unless `sort` says otherwise; all projects without ' +
          '`limit`. While an upstream cannot be read, only its own numbers are null.',
        tags: ['projects'],
        querystring: SummaryQuery,
        response: {
          200: {
            description: `The projects. ${alsoAsCsv}`,
            headers: { ...cacheHeaders, ...linkHeader, ...incompleteHeader },
            content: {
              'application/json': {
                schema: Type.Array(Type.Ref('ProjectSummary')), example: [exampleOf(ProjectSummary)]
              }
            }
          },
          ...notModified,
          ...problems(400, 429, 500, 502, 503, 504)
        }
      }
    }, ({ query, scope }, reply) => reply.sendCached<ProjectSummary[]>(async () => {
      const { projects, ...page } = await listProjectSummaries(
        app.openstack, await app.authorization.projects(scope), query
      )
      return { payload: projects, ...page }
    }))
  }
}

export default summary
