import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'
import t from 'tap'
import { hexId } from '#simulator/random.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { projects, range, startService, summary } from '#test/support/authenticated-service.js'
import type { Caller } from '#test/support/authenticated-service.js'
import type { MetricsStoreName } from '#test/support/service.js'

const heatProjects = [1, 2, 3].map((n) => hexId(`heat ${n}`))
const allProjects = [adminProjectId, demoProjectId, ...heatProjects]

/** The projects that each caller sees, or the status of every response to it. */
const visibleTo: Record<Caller | 'revoked' | 'expired' | 'unknown' | 'none', string[] | 401 | 403> = {
  admin: allProjects,
  systemAdmin: allProjects,
  adminCredential: allProjects,
  demo: [demoProjectId],
  demoCredential: [demoProjectId],
  trustee: [demoProjectId],
  monitor: [adminProjectId],
  lead: [adminProjectId, demoProjectId],
  heatLead: heatProjects,
  restricted: 403,
  guest: 403,
  systemReader: 403,
  unscoped: 403,
  revoked: 401,
  expired: 401,
  unknown: 401,
  none: 401
}
const globalCallers = ['admin', 'systemAdmin', 'adminCredential']

const publicUrls = [
  '/healthz', '/readyz', '/metrics', '/docs', '/docs/static/swagger-ui.css', '/openapi.json', '/openapi.yaml'
]
const instanceProjects = { [adminInstanceId]: adminProjectId, [demoInstanceId]: demoProjectId }
const instanceCounts: Record<string, number> = { [adminProjectId]: 42, [demoProjectId]: 1 }
const usedIn = (projects: string[]) =>
  projects.reduce((sum, project) => sum + (instanceCounts[project] ?? 0), 0)
/**
 * The parts of a response about a project that is visible.
 * @param allSeries whether the caller gets the series of another project's instance too
 */
function expectedOf (path: string, project: string, allSeries: boolean) {
  if (path.endsWith('/summary')) return { id: project, instancesUsed: instanceCounts[project] ?? 0 }
  if (path.endsWith('/instances')) return { projectId: project, totalCnt: instanceCounts[project] ?? 0 }
  const instances = Object.entries(instanceProjects).map(([id, owner]) => {
    const values = Array(13).fill(owner === project || allSeries ? Number : null)
    return { instance_id: id, usages: [{ series: [{ values }] }] }
  })
  return { projectId: project, instances }
}

/** The numbers in the series of a response: in buckets, or in columns. */
function valuesIn (body: object) {
  const values: number[] = []
  JSON.stringify(body, (key, value) => {
    if (typeof value === 'number' && /^(usage|\d+)$/.test(key)) values.push(value)
    return value
  })
  return values
}

const unknownProject = '0'.repeat(32)
const unknownInstance = '00000000-0000-0000-0000-000000000000'

/** Starts the service over a metrics store, with a token for each caller. */
async function start (metricsStore: MetricsStoreName) {
  const service = await startService(t, {}, { metricsStore })
  const { app, clock, tokenOf, revoke } = service
  const tokens: Record<string, string | undefined> = {
    unknown: 'gAAAAABunknown', none: undefined, expired: await tokenOf('demo')
  }
  clock.time += 3_600_000
  for (const caller of Object.keys(visibleTo)) {
    if (!(caller in tokens)) tokens[caller] = await tokenOf(caller === 'revoked' ? 'demo' : caller as Caller)
  }
  await revoke(tokens.revoked!)
  // No client of the cloud writes samples into a Prometheus, so callers that see everything get all series.
  const seesAllSeries = (caller: string) => !app.metrics.clientsWrite && globalCallers.includes(caller)
  return { ...service, metricsStore, tokens, seesAllSeries }
}

const routes: RouteOptions[] = []
const collectRoutes = (message: unknown) => {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', (route) => { routes.push(route) })
}
subscribe('fastify.initialization', collectRoutes)
const influx = await start('influxdb')
unsubscribe('fastify.initialization', collectRoutes)
const services = [influx, await start('prometheus')]
const { app, tokens, get } = influx

const paths: string[] = Object.keys((await app.inject('/openapi.json')).json().paths)
const projectPaths = paths.filter((path) => path.includes('{projectId}'))
const instancePaths = paths.filter((path) => path.includes('{instanceId}'))
const seriesPaths = instancePaths.filter((path) => path.includes('/projects/'))
const listPaths = paths.filter((path) => !path.includes('{') && !publicUrls.includes(path))
/** The query that a path needs, by its end. */
const queries: Array<[end: RegExp, query: string]> = [
  [/openstack\/instances$/, 'limit=50&hostname=mo'],
  [/\/instances$/, 'limit=50'],
  [/\/top$/, 'by=cpuUsage'],
  [/\/instances\/usages$/, `instances=${adminInstanceId},${demoInstanceId}&usage=cpuUsage&${range}`],
  [/instanceId\}\/\w+$/, range]
]
/** The URL of a path with a parameter: its value, and a query where the path needs one. */
const fill = (path: string, id: string) => {
  const [, query] = queries.find(([end]) => end.test(path)) ?? []
  return path.replace(/\{.*\}/, id) + (query === undefined ? '' : `?${query}`)
}
const withoutQuery = (url: string) => url.split('?')[0]

t.test('these tests cover every path of the document', async (t) => {
  t.same([projectPaths.length, instancePaths.length, listPaths.length], [3, 8, 5])
  const covered = [...projectPaths, ...instancePaths, ...listPaths]
  t.same(paths.filter((path) => !covered.includes(path)), ['/healthz', '/metrics', '/readyz'])
})

t.test('public routes need no valid token', async (t) => {
  for (const url of publicUrls) {
    for (const token of [undefined, 'no token at all', 'x'.repeat(5_000), tokens.unknown, tokens.demo]) {
      const { statusCode, headers } = await get(url, token)
      t.equal(statusCode, 200, url)
      t.notMatch(headers.vary, /token/, url)
    }
  }
})

t.test('all other routes need a token, whether they are in the document or not', async (t) => {
  // The response to another method is about the URL's pattern alone.
  // Those of the page are how a user gets one.
  const closed = routes.filter(({ url, config }) =>
    config?.allow === undefined && !publicUrls.includes(url) && !/^\/(docs\/|ui(\/|$)|$)/.test(url))
  t.ok(closed.length >= 2 * (paths.length - 3) && closed.length < routes.length)
  for (const { method, url } of closed) {
    const request = { method: String(method) as 'GET', url: url.replace(/:\w+/, 'x') }
    t.equal((await app.inject(request)).statusCode, 401, `${method} ${url}`)
  }
})

t.test('unknown routes need a token, and do not exist with it', async (t) => {
  const urls = [
    '/nothing', '/v1', '/metrics/x', '/healthz/x', '/docs2', '/openapi', '/%2fhealthz', projects,
    `${projects}/healthz`
  ]
  for (const url of urls) {
    t.equal((await get(url)).statusCode, 401, url)
    t.equal((await get(url, tokens.demo)).statusCode, 404, url)
  }
})

const pairs = services.flatMap((service) =>
  Object.entries(visibleTo).map(([caller, visible]) => ({ ...service, caller, visible })))
for (const { app, get, tokens, metricsStore, seesAllSeries, caller, visible } of pairs) {
  const token = tokens[caller]

  if (typeof visible === 'number') {
    t.test(`${caller} sees nothing over ${metricsStore}: ${visible}`, async (t) => {
      const urls = [
        ...listPaths.map((path) => fill(path, '')),
        ...projectPaths.map((path) => fill(path, demoProjectId)),
        ...instancePaths.map((path) => fill(path, demoInstanceId))
      ]
      for (const url of urls) {
        if (caller === 'restricted' && /\/instances\?/.test(url)) continue
        for (const method of ['GET', 'HEAD'] as const) {
          const requestHeaders = token === undefined ? {} : { 'x-auth-token': token }
          const { statusCode, headers } = await app.inject({ method, url, headers: requestHeaders })
          t.equal(statusCode, visible, `${method} ${url}`)
          t.match(headers, {
            'content-type': 'application/problem+json; charset=utf-8',
            vary: 'x-auth-token, authorization, cookie'
          })
          t.equal('www-authenticate' in headers, visible === 401)
        }
      }
    })
    continue
  }

  t.test(`${caller} sees ${visible.length} projects over ${metricsStore}`, async (t) => {
    for (const path of listPaths) {
      const response = await get(fill(path, ''), token)
      if (path.endsWith('/openstack/instances')) {
        const owners = response.json().metric.map(({ tenant_id: id }: { tenant_id: string }) => id)
        t.equal(owners.length > 0, usedIn(visible) > 0)
        t.ok(owners.every((id: string) => visible.includes(id)), path)
      } else if (path.endsWith('/top')) {
        const { metric } = response.json()
        t.ok(metric.every(({ tenant_id: id }: { tenant_id: string }) => visible.includes(id)), path)
        t.equal(metric.length, Math.min(10, usedIn(visible)))
      } else if (path.endsWith('/totals')) {
        const instances = { used: usedIn(visible) }
        t.match(response.json(), { projects: visible.length, quotas: { instances } })
      } else t.same(response.json().map(({ id }: { id: string }) => id).sort(), [...visible].sort(), path)
      t.match(response.headers.vary, /^(accept, )?accept-encoding, x-auth-token, authorization, cookie$/)
    }
    for (const path of projectPaths) {
      const missing = (await get(fill(path, unknownProject), token)).json()
      t.match(missing, { status: 404, detail: 'No such project.' })
      for (const project of allProjects) {
        const url = fill(path, project)
        const body = (await get(url, token)).json()
        const expected = expectedOf(path, project, seesAllSeries(caller))
        if (visible.includes(project)) t.match(body, expected, url)
        else t.same(body, { ...missing, instance: withoutQuery(url) }, `${project} looks like a missing one`)
      }
    }
    for (const path of instancePaths) {
      const isSeries = seriesPaths.includes(path)
      for (const id of [unknownInstance, unknownProject, 'detail']) {
        const body = (await get(fill(path, id), token)).json()
        if (isSeries && globalCallers.includes(caller)) t.same(valuesIn(body), [], path)
        else t.match(body, { status: 404, detail: 'No such instance.' })
      }
      const missing = (await get(fill(path, unknownInstance), token)).json()
      for (const [instance, project] of Object.entries(instanceProjects)) {
        const url = fill(path, instance)
        const body = (await get(url, token)).json()
        if (!visible.includes(project)) {
          t.same(body, { ...missing, instance: withoutQuery(url) }, `${instance} looks like a missing one`)
        } else if (isSeries) t.ok(valuesIn(body).length >= 12, url)
        else t.match(body, { instance_id: instance, tenant_id: project }, url)
      }
    }
  })
}

const orders = [(ids: string[]) => ids, (ids: string[]) => ids.toReversed()]
for (const { get, tokens, metricsStore, seesAllSeries } of services) {
  t.test(`another project's instance in a list is like an unknown one, over ${metricsStore}`, async (t) => {
    const rows = [
      ['demo', demoProjectId, demoInstanceId, adminInstanceId],
      ['monitor', adminProjectId, adminInstanceId, demoInstanceId],
      ['lead', demoProjectId, demoInstanceId, adminInstanceId],
      ['lead', adminProjectId, adminInstanceId, demoInstanceId],
      ['admin', demoProjectId, demoInstanceId, adminInstanceId]
    ] as const
    for (const [caller, project, own, foreign] of rows.filter(([caller]) => !seesAllSeries(caller))) {
      for (const order of orders) {
        const read = async (other: string) => {
          const ids = order([own, other])
          const query = `instances=${ids}&usage=cpuUsage,networkPackets&${range}`
          const { body } = await get(`${projects}/${project}/instances/usages?${query}`, tokens[caller])
          return body
        }
        const unknown = await read(unknownInstance)
        t.ok(valuesIn(JSON.parse(unknown)).length >= 36, 'the caller\'s own instance has data')
        for (let n = 0; n < 2; n++) {
          t.equal(await read(foreign), unknown.replaceAll(unknownInstance, foreign), `${caller} ${foreign}`)
        }
      }
    }
  })
}

t.test('access rules allow the paths that they name', async (t) => {
  const instances = (project: string) => `${projects}/${project}/instances?limit=5`
  const { restricted } = tokens
  t.match((await get(instances(demoProjectId), restricted)).json(), { projectId: demoProjectId })
  t.equal((await get(instances(adminProjectId), restricted)).statusCode, 404, 'within the scope of the token')
  t.match((await get(summary, restricted)).json(), {
    detail: 'The access rules of the application credential do not allow this request.'
  })
  const encoded = instances(demoProjectId).replace('instances', '%69nstances')
  t.equal((await get(encoded, restricted)).statusCode, 403, 'the rules apply to the path as it was sent')
})

t.test('the instance of another project is no marker', async (t) => {
  const rows = [
    ['demo', demoProjectId, demoInstanceId, adminInstanceId],
    ['monitor', adminProjectId, adminInstanceId, demoInstanceId],
    ['lead', demoProjectId, demoInstanceId, adminInstanceId]
  ] as const
  for (const [caller, project, own, foreign] of rows) {
    const page = (marker: string, filter = '') =>
      get(`${projects}/${project}/instances?limit=5&marker=${marker}${filter}`, tokens[caller])
    for (const filter of ['', '&hostname=e', '&hostname=%C3%A9', '&sort=name', '&address=10.0.0.1']) {
      const unknown = (await page(unknownInstance, filter)).json()
      t.match(unknown, { status: 400, errors: [{ parameter: 'marker' }] })
      const same = JSON.parse(JSON.stringify(unknown).replaceAll(unknownInstance, foreign))
      t.same((await page(foreign, filter)).json(), same, `${caller} ${filter}`)
    }
    t.equal((await page(own)).statusCode, 200)
  }
})

t.test('the summary accepts only visible projects as a marker, in any order', async (t) => {
  const rows = [
    ['demo', adminProjectId, 400], ['demo', demoProjectId, 200],
    ['lead', heatProjects[0], 400], ['lead', adminProjectId, 200]
  ] as const
  for (const [caller, marker, status] of rows) {
    for (const order of ['', '&sort=-name', '&sort=fullest', '&nearLimit=1']) {
      const response = await get(`${summary}?marker=${marker}${order}`, tokens[caller])
      t.equal(response.statusCode, status, `${caller} ${marker} ${order}`)
    }
  }
})
