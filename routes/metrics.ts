import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NoQuery } from '#schemas/common.js'
import { problems } from '#schemas/problem.js'

const example = `# HELP openstack_monitoring_upstream_circuit_open 1 while an upstream is left alone, for it has failed again and again
# TYPE openstack_monitoring_upstream_circuit_open gauge
openstack_monitoring_upstream_circuit_open{upstream="identity"} 0
`

const metrics: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/metrics', {
    config: { public: true, limited: false },
    schema: {
      operationId: 'getMetrics',
      summary: 'How the service does, in numbers',
      description: 'For Prometheus. There is nothing of any project, instance or caller in it.',
      tags: ['service'],
      querystring: NoQuery,
      response: {
        200: { description: 'The numbers, in Prometheus\' text format', content: { 'text/plain': { schema: Type.String(), example } } },
        ...problems(400)
      }
    }
  }, async (request, reply) => reply.type(app.telemetry.contentType).send(await app.telemetry.read()))
}

export default metrics
