import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'
import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { hexId } from '#simulator/random.js'
import { range, startService } from '#test/support/authenticated-service.js'
import type { Caller } from '#test/support/authenticated-service.js'

const heat = [1, 2, 3].map((n) => hexId(`heat ${n}`))
const everything = [adminProjectId, demoProjectId, ...heat]

/** The projects that each caller sees, or the status that he is refused with. */
const sight: Record<Caller | 'revoked' | 'expired' | 'unknown' | 'none', string[] | 401 | 403> = {
  admin: everything,
  systemAdmin: everything,
  adminCredential: everything,
  demo: [demoProjectId],
  demoCredential: [demoProjectId],
  trustee: [demoProjectId],
  monitor: [adminProjectId],
  lead: [adminProjectId, demoProjectId],
  heatLead: heat,
  restricted: 403,
  guest: 403,
  systemReader: 403,
  unscoped: 403,
  revoked: 401,
  expired: 401,
  unknown: 401,
  none: 401
}
const seesAll = ['admin', 'systemAdmin', 'adminCredential']

const open = ['/healthz', '/readyz', '/metrics', '/docs', '/docs/static/swagger-ui.css', '/openapi.json', '/openapi.yaml']
const owners = { [adminInstanceId]: adminProjectId, [demoInstanceId]: demoProjectId }
const nobody = '0'.repeat(32)
const noInstance = '00000000-0000-0000-0000-000000000000'

const routes: RouteOptions[] = []
const collect = (message: unknown) => {
  (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', (route) => { routes.push(route) })
}
subscribe('fastify.initialization', collect)
const { app, clock, tokenOf, revoke, get } = await startService(t)
unsubscribe('fastify.initialization', collect)

const tokens: Record<string, string | undefined> = { unknown: 'gAAAAABunknown', none: undefined, expired: await tokenOf('demo') }
clock.time += 3_600_000
for (const caller of Object.keys(sight)) if (!(caller in tokens)) tokens[caller] = await tokenOf(caller === 'revoked' ? 'demo' : caller as Caller)
await revoke(tokens.revoked!)

const paths: string[] = Object.keys((await app.inject('/openapi.json')).json().paths)
const withProject = paths.filter((path) => path.includes('{projectId}'))
const withInstance = paths.filter((path) => path.includes('{instanceId}'))
const ofAll = paths.filter((path) => !path.includes('{') && !open.includes(path))

t.test('the document has no route that these tests know nothing of', async (t) => {
  t.same([withProject.length, withInstance.length, ofAll.length], [1, 6, 2])
  t.same(paths.filter((path) => ![...withProject, ...withInstance, ...ofAll].includes(path)), ['/healthz', '/metrics', '/readyz'])
})

t.test('what tells nothing of projects is open to all', async (t) => {
  for (const url of open) {
    for (const token of [undefined, 'no token at all', tokens.unknown, tokens.demo]) t.equal((await get(url, token)).statusCode, 200, url)
  }
})

t.test('all other routes ask who calls, the document tells of them or not', async (t) => {
  const closed = routes.filter(({ url }) => !open.includes(url) && !url.startsWith('/docs/'))
  t.ok(closed.length >= 2 * (paths.length - 3) && closed.length < routes.length)
  for (const { method, url } of closed) t.equal((await app.inject({ method: String(method) as 'GET', url: url.replace(/:\w+/, 'x') })).statusCode, 401, `${method} ${url}`)
})

t.test('what is none of our routes is not', async (t) => {
  for (const url of ['/', '/v1', '/metrics/', '/healthz/', '/docs2', '/openapi', '//healthz', '/v1/openstack/projects', '/v1/openstack/projects/healthz']) {
    t.equal((await get(url)).statusCode, 401, url)
    t.equal((await get(url, tokens.demo)).statusCode, 404, url)
  }
})

for (const [caller, seen] of Object.entries(sight)) {
  const ask = (url: string) => get(url, tokens[caller])

  t.test(`${caller} sees ${typeof seen === 'number' ? `nothing: ${seen}` : `${seen.length} projects`}`, async (t) => {
    if (typeof seen === 'number') {
      const urls = [...ofAll, ...withProject.map((path) => `${path.replace(/\{.*\}/, demoProjectId)}?limit=5`), ...withInstance.map((path) => `${path.replace(/\{.*\}/, demoInstanceId)}?${range}`)]
      for (const url of urls) {
        if (caller === 'restricted' && url.includes('/instances')) continue
        for (const method of ['GET', 'HEAD'] as const) {
          const { statusCode, headers } = await app.inject({ method, url, headers: tokens[caller] === undefined ? {} : { 'x-auth-token': tokens[caller] } })
          t.equal(statusCode, seen, `${method} ${url}`)
          t.match(headers, { 'content-type': 'application/problem+json; charset=utf-8', vary: 'x-auth-token, authorization' })
          t.equal('www-authenticate' in headers, seen === 401)
        }
      }
      return
    }

    for (const path of ofAll) {
      const answer = await ask(path)
      t.same(answer.json().map(({ id }: { id: string }) => id).sort(), [...seen].sort(), path)
      t.equal(answer.headers.vary, 'accept-encoding, x-auth-token, authorization')
    }
    for (const path of withProject) {
      const url = (project: string) => `${path.replace(/\{.*\}/, project)}?limit=50`
      const missing = (await ask(url(nobody))).json()
      t.match(missing, { status: 404, detail: 'No such project.' })
      for (const project of everything) {
        const answer = await ask(url(project))
        if (seen.includes(project)) t.match(answer.json(), { projectId: project, totalCnt: { [adminProjectId]: 42, [demoProjectId]: 1 }[project] ?? 0 })
        else t.same(answer.json(), { ...missing, instance: url(project).split('?')[0] }, `${project} is as good as missing`)
      }
    }
    for (const path of withInstance) {
      const url = (instance: string) => `${path.replace(/\{.*\}/, instance)}?${range}`
      for (const id of [noInstance, nobody, 'detail']) {
        const answer = await ask(url(id))
        if (seesAll.includes(caller)) t.match(answer.json(), [{ metric: [] }])
        else t.match(answer.json(), { status: 404, detail: 'No such instance.' })
      }
      const missing = (await ask(url(noInstance))).json()
      for (const [instance, owner] of Object.entries(owners)) {
        const answer = await ask(url(instance))
        if (seen.includes(owner)) t.ok(answer.json()[0].metric.length >= 12, url(instance))
        else t.same(answer.json(), { ...missing, instance: url(instance).split('?')[0] }, `${instance} is as good as missing`)
      }
    }
  })
}

t.test('access rules let through what they name', async (t) => {
  const instances = (project: string, query = 'limit=5') => `/v1/openstack/projects/${project}/instances?${query}`
  t.match((await get(instances(demoProjectId), tokens.restricted)).json(), { projectId: demoProjectId })
  t.equal((await get(instances(adminProjectId), tokens.restricted)).statusCode, 404, 'and nothing more than the token is for')
  t.match((await get('/v1/openstack/projects/summary', tokens.restricted)).json(), { detail: 'The access rules of the application credential do not allow this request.' })
  t.equal((await get(instances(demoProjectId).replace('instances', '%69nstances'), tokens.restricted)).statusCode, 403, 'by its path as it was sent')
})

t.test('no page begins at another project\'s instance', async (t) => {
  const page = (project: string, marker: string, more = '') => `/v1/openstack/projects/${project}/instances?limit=5&marker=${marker}${more}`
  for (const [caller, project, own, others] of [['demo', demoProjectId, demoInstanceId, adminInstanceId], ['monitor', adminProjectId, adminInstanceId, demoInstanceId], ['lead', demoProjectId, demoInstanceId, adminInstanceId]] as const) {
    for (const more of ['', '&hostname=e', '&hostname=%C3%A9']) {
      const unknown = (await get(page(project, noInstance, more), tokens[caller])).json()
      t.match(unknown, { status: 400, errors: [{ parameter: 'marker' }] })
      t.same((await get(page(project, others, more), tokens[caller])).json(), JSON.parse(JSON.stringify(unknown).replaceAll(noInstance, others)), `${caller} ${more}`)
    }
    t.equal((await get(page(project, own), tokens[caller])).statusCode, 200)
  }
})

t.test('the summary knows no marker but of what is seen', async (t) => {
  for (const [caller, marker, status] of [['demo', adminProjectId, 400], ['demo', demoProjectId, 200], ['lead', heat[0], 400], ['lead', adminProjectId, 200]] as const) {
    t.equal((await get(`/v1/openstack/projects/summary?marker=${marker}`, tokens[caller])).statusCode, status, `${caller} ${marker}`)
  }
})
