import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { parse } from 'yaml'
import { startService } from '#test/support/service.js'
import { lookUp, operationsOf } from '#test/support/openapi-contract.js'
import type { Document } from '#test/support/openapi-contract.js'

const routes: RouteOptions[] = []
const collect = (message: unknown) => {
  (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', (route) => { routes.push(route) })
}
subscribe('fastify.initialization', collect)
const { app } = await startService(t)
unsubscribe('fastify.initialization', collect)

const document: Document = (await app.inject('/openapi.json')).json()
const operations = operationsOf(document)
const series = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']

t.test('describes exactly these operations', async (t) => {
  const described = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => `${method} ${path} ${operationId}`))
  t.same(described.sort(), [
    'get /healthz getHealth',
    'get /readyz getReadiness',
    'get /metrics getMetrics',
    'get /v1/openstack/projects/summary listProjectSummaries',
    'get /v1/openstack/projects/summaries listProjectSummariesByOldPath',
    'get /v1/openstack/projects/{projectId}/instances listInstances',
    'get /v1/openstack/projects/{projectId}/instances/usages getUsagesOfInstances',
    'get /v1/openstack/projects/{projectId}/summary getProjectSummary',
    'get /v1/openstack/projects/{instanceId}/usages getUsages',
    'get /v1/openstack/projects/totals getProjectTotals',
    'get /v1/openstack/instances searchInstances',
    'get /v1/openstack/instances/top listTopInstances',
    'get /v1/openstack/instances/{instanceId} getInstance',
    ...series.map((name) =>
      `get /v1/openstack/projects/{instanceId}/${name} get${name[0]!.toUpperCase()}${name.slice(1)}`)
  ].sort())
  const deprecatedPaths = operations.filter(([, { deprecated }]) => deprecated).map(([path]) => path)
  t.same(deprecatedPaths, ['/v1/openstack/projects/summaries'])
})

t.test('describes every route except those of pages and of the document itself', async (t) => {
  const documentUrl = /^\/(openapi\.(json|yaml)|(docs|ui)(\/.*)?)?$/
  const missing = routes.filter(({ url, config }) =>
    config?.allow === undefined && !(url.replaceAll(/:(\w+)/g, '{$1}') in document.paths))
  t.ok(routes.length > missing.length)
  const unexpected = missing.filter(({ url }) => !documentUrl.test(url))
  t.same(unexpected.map(({ method, url }) => `${method} ${url}`), [])
})

t.test('describes each parameter, with an example', async (t) => {
  for (const [path, { parameters = [], ...operation }] of operations) {
    t.ok(operation.summary && operation.tags?.length === 1, path)
    for (const { name, description, example, schema, required, allowEmptyValue } of parameters) {
      t.ok(description, `${path} ${name}`)
      const type = schema.type === 'integer' ? 'number' : 'string'
      t.equal(allowEmptyValue ?? false, !required, 'an optional parameter may be empty')
      t.type(example ?? schema.examples?.[0], type, `${path} ${name}`)
    }
  }
})

t.test('describes each response, with an example and its headers', async (t) => {
  for (const [path, { responses }] of operations) {
    for (const [status, { description, headers, content = {} }] of Object.entries(responses)) {
      const problem = Object.hasOwn(content, 'application/problem+json')
      t.ok(description && description !== 'Default Response', `${path} ${status}`)
      t.equal(Object.keys(content).length, status === '304' ? 0 : 1)
      for (const { example, examples } of Object.values(content)) {
        t.ok(example ?? Object.values(examples!)[0]!.value, `${path} ${status}`)
      }
      t.match(headers['X-Openstack-Request-Id'], { required: true })
      t.equal('Retry-After' in headers, problem && ['429', '503'].includes(status), `${path} ${status}`)
      t.equal('RateLimit-Reset' in headers, status === '429', `${path} ${status}`)
      const isPaged = /projects\/summar|\/instances$/.test(path)
      t.equal('Link' in headers, status === '200' && isPaged, `${path} ${status}`)
      t.equal('ETag' in headers, path.startsWith('/v1/') && status < '400', `${path} ${status}`)
      for (const header of Object.values(headers)) t.ok(header.description && header.schema.examples)
    }
  }
})

t.test('defines each component once and refers to it', async (t) => {
  const references = new Set<string>()
  const unnamed: string[] = []
  const visit = (node: unknown, pointer: string) => {
    if (typeof node !== 'object' || node === null || /\/examples?$/.test(pointer)) return
    if ('$ref' in node) references.add(String(node.$ref))
    // A parameter has its enum in itself: generators name it after the operation and the parameter.
    const isParameter = /\/parameters\/\d+\/schema$/.test(pointer)
    const needsName = !isParameter && ('properties' in node || 'enum' in node)
    if (needsName && !pointer.startsWith('#/components/schemas/')) unnamed.push(pointer)
    for (const [key, child] of Object.entries(node)) {
      visit(child, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    }
  }
  visit(document, '#')

  t.same(unnamed, [], 'each object and each enum is a named schema')
  const broken = [...references].filter((reference) => lookUp(document, reference) === undefined)
  t.same(broken, [], 'each reference has a target')
  const components = Object.entries(document.components).flatMap(([kind, named]) =>
    Object.keys(named).map((name) => `#/components/${kind}/${name}`))
  t.same(components.filter((pointer) => !references.has(pointer)), [], 'each component is referred to')
  t.same(Object.keys(document.components.schemas!).sort(), [
    'Bucket',
    'FoundInstances',
    'Health',
    'Instance',
    'InstanceDetail',
    'InstancePage',
    'InstanceUsages',
    'ParameterError',
    'Problem',
    'ProjectSummary',
    'ProjectTotals',
    'ProjectUsages',
    'QuotaTotal',
    'Readiness',
    'Series',
    'TopInstance',
    'TopInstances',
    'UpstreamState',
    'UsageSeries',
    'UsagesOfInstance',
    'ValueSeries'
  ])
  const schemas = Object.values(document.components.schemas!).map((schema) => JSON.stringify(schema))
  t.equal(new Set(schemas).size, schemas.length, 'no two schemas are the same')
})

t.test('is the same in YAML, and is OpenAPI 3.1', async (t) => {
  const response = await app.inject('/openapi.yaml')
  t.match(response.headers['content-type'], /^application\/yaml/)
  t.same(parse(response.body), document)
  t.same(parse(response.body, { version: '1.1' }), document)
  t.notMatch(response.body, /^[^"']*[&*]a[0-9]+$/m, 'no anchors')
  t.equal(document.openapi, '3.1.0')
  t.notOk('servers' in document, 'a server with the URL / leads generated clients to //v1')
  t.notMatch(JSON.stringify(document), /"nullable"/)
})
