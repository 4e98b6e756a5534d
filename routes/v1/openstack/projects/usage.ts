import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { getInstanceUsage } from '#lib/monitoring/instance-usage.js'
import { parseWindow } from '#lib/time-range.js'
import { usages } from '#lib/metrics/usages.js'
import { cacheHeaders, notModified } from '#schemas/common.js'
import { problems } from '#schemas/problem.js'
import { exampleSeries, InstanceParams, RangeQuery } from '#schemas/series.js'

const usage: FastifyPluginAsyncTypebox = async (app) => {
  for (const [name, usage] of Object.entries(usages)) {
    app.get(`/:instanceId/${name}`, {
      config: { ttl: 'SERIES_TTL' },
      schema: {
        operationId: `get${name[0]!.toUpperCase()}${name.slice(1)}`,
        summary: usage.summary,
        description: `A bucket's \`usage\` is ${usage.meaning}, in ${usage.unit}. ` +
          'An instance without data has an empty series.',
        tags: ['usage'],
        params: InstanceParams,
        querystring: RangeQuery,
        response: {
          200: {
            description: `The series ${Object.keys(usage.series).map((name) => `\`${name}\``).join(' and ')}`,
            headers: cacheHeaders,
            content: {
              'application/json': { schema: Type.Array(Type.Ref('Series')), example: exampleSeries(usage) }
            }
          },
          ...notModified,
          ...problems(400, 429, 500, 502, 503, 504)
        }
      }
    }, ({ params: { instanceId }, query, scope }, reply) => {
      const window = parseWindow(query, app.clock.now())
      return reply.sendCached(async () => {
        const project = await app.authorization.series(scope, instanceId)
        return { payload: await getInstanceUsage(app.metrics, usage, instanceId, window, project) }
      })
    })
  }
}

export default usage
