import { Type } from '@fastify/type-provider-typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { keep } from '#lib/cache/refreshing-value.js'
import { checkReadiness } from '#lib/monitoring/readiness.js'
import { exampleOf, NoQuery } from '#schemas/common.js'
import { exampleUnready, Readiness } from '#schemas/health.js'
import { problems } from '#schemas/problem.js'

/** Milliseconds that an answer serves everybody, from when it is there: who asks often must not make the upstreams busy. */
const period = 2_000

const readyz: FastifyPluginAsyncTypebox = async (app) => {
  const { openstack, metrics, clock } = app
  const readiness = keep(
    () => checkReadiness({
      identity: () => openstack.check('identity'),
      compute: () => openstack.check('compute'),
      network: () => openstack.check('network'),
      'block-storage': () => openstack.check('block-storage'),
      metrics: () => metrics.check()
    }, (err) => app.log.error({ err }, 'a check of an upstream failed by a fault of the service')),
    () => ({ renew: clock.now() + period, gone: clock.now() + period }),
    clock
  )
  const content = (example: object) => ({ 'application/json': { schema: Type.Ref('Readiness'), example } })

  app.get('/readyz', {
    config: { public: true, limited: false },
    schema: {
      operationId: 'getReadiness',
      summary: 'Which upstreams answer',
      tags: ['service'],
      querystring: NoQuery,
      response: {
        200: { description: 'Every route has something to answer', content: content(exampleOf(Readiness)) },
        503: { description: 'Some route has nothing to answer', content: content(exampleUnready) },
        ...problems(400, 500)
      }
    }
  }, async (request, reply) => {
    const found = await readiness.get()
    const answer = app.shuttingDown ? { ...found, status: 'unready' as const } : found
    return reply.code(answer.status === 'unready' ? 503 : 200).send(answer)
  })
}

export default readyz
