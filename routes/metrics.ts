import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NoQuery } from '#schemas/common.js'
import { problems } from '#schemas/problem.js'

const example =
  `# HELP openstack_monitoring_upstream_circuit_open 1 while an upstream is not called after repeated failures
# TYPE openstack_monitoring_upstream_circuit_open gauge
openstack_monitoring_upstream_circuit_open{upstream="identity"} 0
`

const metrics: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/metrics', {
    config: { public: true, limited: false, listener: 'management' },
    schema: {
      operationId: 'getMetrics',
      summary: 'The service\'s own metrics',
      description: 'For Prometheus. They hold nothing of any project, instance or caller.',
      tags: ['service'],
      querystring: NoQuery,
      response: {
        200: {
          description: 'Metrics in Prometheus\' text format',
          content: { 'text/plain': { schema: Type.String(), example } }
        },
        ...problems(400)
      }
    }
  }, async (request, reply) => reply.type(app.telemetry.contentType).send(await app.telemetry.read()))
}

export default metrics
