import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import { Instance, InstancePage } from '../schemas/instance.js'
import { Health, Readiness } from '../schemas/health.js'
import { Problem } from '../schemas/problem.js'
import { ProjectSummary } from '../schemas/project.js'
import { Bucket, Series } from '../schemas/series.js'

/** The OpenAPI document, its named components, and a page that shows it. */
export default fp(async (app) => {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'OpenStack monitoring API',
        version: '1.0.0',
        description: 'Each project\'s quota and usage, each project\'s instances with their present load, and each instance\'s CPU, memory, disk and network series.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
      },
      servers: [{ url: '/', description: 'Where this document was read' }],
      security: [],
      tags: [
        { name: 'projects', description: 'Quotas and instances of projects' },
        { name: 'usage', description: 'Series of one instance' },
        { name: 'service', description: 'The state of the service itself' }
      ]
    },
    refResolver: { buildLocalReference: ({ $id }) => String($id) }
  })
  for (const schema of [Problem, ProjectSummary, Instance, InstancePage, Bucket, Series, Health, Readiness]) app.addSchema(schema)
  await app.register(swaggerUi, { routePrefix: '/docs' })
}, { name: 'openapi' })
