import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { projectUsagesAsCsv, usagesAsCsv } from '#lib/monitoring/csv-tables.js'
import { getInstanceUsages, getProjectUsages } from '#lib/monitoring/instance-usages.js'
import { parseManyUsages, parseUsages } from '#lib/monitoring/usage-parameters.js'
import { alsoAsCsv, cacheHeaders, exampleOf, notModified } from '#schemas/common.js'
import { ProjectParams } from '#schemas/instance.js'
import { problems } from '#schemas/problem.js'
import { InstanceParams } from '#schemas/series.js'
import {
  exampleUsages, InstanceUsages, ProjectUsages, ProjectUsagesQuery, UsagesOfInstance, UsagesQuery
} from '#schemas/usages.js'

const exampleInstance = { ...exampleOf(InstanceUsages), usages: exampleUsages('cpuUsage', 'networkIo') }
const exampleProject = {
  ...exampleOf(ProjectUsages),
  instances: [{ ...exampleOf(UsagesOfInstance), usages: exampleUsages('cpuUsage', 'memUsage') }]
}

const usages: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/:instanceId/usages', {
    config: { ttl: 'SERIES_TTL', csv: usagesAsCsv },
    schema: {
      operationId: 'getUsages',
      summary: 'All usages of an instance',
      description: 'The series of several usages at once, with a value for each bucket: null without data.',
      tags: ['usage'],
      params: InstanceParams,
      querystring: UsagesQuery,
      response: {
        200: {
          description: `The series of each usage. ${alsoAsCsv}`,
          headers: cacheHeaders,
          content: { 'application/json': { schema: Type.Ref('InstanceUsages'), example: exampleInstance } }
        },
        ...notModified,
        ...problems(400, 429, 500, 502, 503, 504)
      }
    }
  }, ({ params: { instanceId }, query, scope }, reply) => {
    const wanted = parseUsages(query, app.clock.now())
    return reply.sendCached<InstanceUsages>(async () => {
      const project = await app.authorization.series(scope, instanceId)
      return { payload: await getInstanceUsages(app.metrics, instanceId, wanted, project) }
    })
  })

  app.get('/:projectId/instances/usages', {
    config: { ttl: 'SERIES_TTL', csv: projectUsagesAsCsv },
    schema: {
      operationId: 'getUsagesOfInstances',
      summary: 'Usages of up to 100 instances of a project',
      description: 'The same as of each instance alone. All series together have at most 100,000 buckets. ' +
        'An instance that is not the project\'s is like one without data.',
      tags: ['usage'],
      params: ProjectParams,
      querystring: ProjectUsagesQuery,
      response: {
        200: {
          description: `The series of each instance. ${alsoAsCsv}`,
          headers: cacheHeaders,
          content: { 'application/json': { schema: Type.Ref('ProjectUsages'), example: exampleProject } }
        },
        ...notModified,
        ...problems(400, 404, 429, 500, 502, 503, 504)
      }
    }
  }, ({ params: { projectId }, query, scope }, reply) => {
    const wanted = parseManyUsages(query, app.clock.now())
    return reply.sendCached<ProjectUsages>(async () => {
      const access = await app.authorization.seriesOfMany(scope, projectId, wanted.instances)
      return { payload: await getProjectUsages(app, projectId, wanted, access) }
    })
  })
}

export default usages
