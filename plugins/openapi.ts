import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import type { RouteOptions } from 'fastify'
import { addHeader, allowEmptyOptionals, demoteOptionalExamples } from '#lib/http/openapi-document.js'
import type { OpenApiDocument } from '#lib/http/openapi-document.js'
import { Health, Readiness, UpstreamState } from '#schemas/health.js'
import { Instance, InstancePage } from '#schemas/instance.js'
import { InstanceDetail } from '#schemas/instance-detail.js'
import { FoundInstances } from '#schemas/instance-search.js'
import { ParameterError, Problem } from '#schemas/problem.js'
import { ProjectSummary } from '#schemas/project.js'
import { ProjectTotals, QuotaTotal } from '#schemas/project-totals.js'
import { Bucket, Series } from '#schemas/series.js'
import { TopInstance, TopInstances } from '#schemas/top-instances.js'
import {
  InstanceUsages, ProjectUsages, UsageSeries, UsagesOfInstance, ValueSeries
} from '#schemas/usages.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The responses of the route's schema, for the document. */
    responses?: Record<string, Response>
  }
}

/** A response of a route's schema. */
interface Response {
  type?: string
  content?: object
}

const title = 'OpenStack monitoring API'

/** The page at /docs may run its own scripts, write styles, and call this service. */
const contentSecurityPolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'"
}

const requestIdHeader = {
  required: true,
  description: 'The request\'s id in the service\'s log',
  schema: { type: 'string', examples: ['req-2f1c8f0e-5a57-4c55-9d0a-0f5b2b8e7c11'] }
}

const securitySchemes = {
  token: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Auth-Token',
    description: 'A Keystone token, scoped to a project, a domain or the system'
  },
  bearer: { type: 'http', scheme: 'bearer', description: 'The same token' }
} as const

/**
 * Leaves the schemas of problems, and of responses without a body, to the document alone. Fastify would
 * compile a serializer of each, which took half of a start for 200 equal ones.
 */
function removeUnusedSerializers (route: RouteOptions) {
  const responses = route.schema?.response as Record<string, Response> | undefined
  if (responses === undefined) return
  const serialized = Object.entries(responses).filter(([, { type, content = {} }]) =>
    type !== 'null' && !('application/problem+json' in content))
  route.config = { ...route.config, responses }
  route.schema = { ...route.schema, response: Object.fromEntries(serialized) }
}

/** The OpenAPI document, its named schemas, and the page that shows it. */
export default fp(async (app) => {
  app.addHook('onRoute', removeUnusedSerializers)
  await app.register(swagger, {
    hideUntagged: true,
    transform: ({ schema, url, route: { config } }) =>
      ({ schema: { ...schema, response: config?.responses }, url }),
    openapi: {
      openapi: '3.1.0',
      info: {
        title,
        version: '1.0.0',
        description: 'Each project\'s quota and usage, each project\'s instances with their latest usage, ' +
          'and each instance\'s CPU, memory, disk and network series. An empty optional parameter counts ' +
          'as not given.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
      },
      security: [],
      ...(app.config.AUTH === 'keystone' && { components: { securitySchemes } }),
      tags: [
        { name: 'projects', description: 'Quotas and instances of projects' },
        { name: 'instances', description: 'Instances of all projects' },
        { name: 'usage', description: 'Series of instances' },
        { name: 'service', description: 'State of the service itself' }
      ]
    },
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
    transformObject (given) {
      const { openapiObject: document } = given as { openapiObject: object }
      addHeader(document as OpenApiDocument, 'X-Openstack-Request-Id', requestIdHeader)
      allowEmptyOptionals(document as OpenApiDocument)
      demoteOptionalExamples(document as OpenApiDocument, ['defaultTimeRange'])
      return document
    }
  })
  const schemas = [
    ProjectSummary, Instance, InstancePage, Bucket, Series, Health, UpstreamState, Readiness, Problem,
    ParameterError, InstanceDetail, ValueSeries, UsageSeries, InstanceUsages, UsagesOfInstance, ProjectUsages,
    QuotaTotal, ProjectTotals, TopInstance, TopInstances, FoundInstances
  ]
  for (const schema of schemas) app.addSchema(schema)
  await app.register(async (docs) => {
    docs.addHook('onRoute', (route) => { route.config = { ...route.config, public: true, listener: 'both' } })
    await docs.register(swaggerUi, {
      routePrefix: '/docs', theme: { title }, staticCSP: contentSecurityPolicy
    })
  })
}, { name: 'openapi', dependencies: ['config'] })
