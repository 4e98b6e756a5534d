import t from 'tap'
import { adminInstanceId, adminProjectId } from '#simulator/seed.js'
import { startService } from '#test/support/service.js'

const projects = '/v1/openstack/projects'
const url = (id: string) => `${projects}/${id}/summary`

t.test('returns a project as the summary of all does', async (t) => {
  const { app } = await startService(t, { projects: 10, env: { EXCLUDE_DOMAINS: 'none', CACHE: 'on' } })
  for (const project of (await app.inject(`${projects}/summary`)).json()) {
    const response = await app.inject(url(project.id))
    t.same(response.json(), project)
    t.equal(response.headers['cache-control'], 'private, max-age=30')
  }
})

t.test('costs three requests for quotas and one for the project', async (t) => {
  const { app, simulator, count } = await startService(t, { projects: 10, env: { CACHE: 'on' } })
  await app.openstack.reach()
  await app.inject(url(simulator.cloud.projects.keys().next().value!))
  simulator.calls.length = 0
  t.equal((await app.inject(url(adminProjectId.toUpperCase()))).json().name, 'admin')
  const upstreams = simulator.calls.map(({ upstream }) => upstream)
  t.same(upstreams.sort(), ['block-storage', 'compute', 'identity', 'network'])
  t.equal(count('identity', `/v3/projects/${adminProjectId}`), 1)
  simulator.calls.length = 0
  await app.inject(`${projects}/summary?projectName=admin`)
  t.notOk(simulator.calls.some(({ path }) => path.includes('quota')), 'the summary of all uses them')
})

t.test('a project of an excluded domain has a summary too', async (t) => {
  const { app, simulator } = await startService(t)
  const heat = [...simulator.cloud.projects.values()].find(({ domainId }) => domainId !== 'default')!
  const listed = (await app.inject(`${projects}/summary`)).json().map(({ id }: { id: string }) => id)
  t.notOk(listed.includes(heat.id))
  t.match((await app.inject(url(heat.id))).json(), { id: heat.id, instancesUsed: 0 })
})

t.test('a project that does not exist is not found', async (t) => {
  const { app } = await startService(t)
  for (const id of ['0'.repeat(32), adminInstanceId, 'summary']) {
    t.match((await app.inject(url(id))).json(), { status: 404, detail: 'No such project.' }, id)
  }
})

t.test('has the other numbers while an upstream is down, and none while all are', async (t) => {
  const { app, simulator } = await startService(t)
  const complete = (await app.inject(url(adminProjectId))).json()
  simulator.intercept = ({ upstream }) => upstream === 'network' ? { status: 500 } : undefined
  const response = await app.inject(url(adminProjectId))
  const lost = {
    floatingIpsLimit: null, floatingIpsUsed: null, securityGroupsLimit: null, securityGroupsUsed: null
  }
  t.same(response.json(), { ...complete, ...lost, unavailable: ['network'] })
  t.equal(response.headers['cache-control'], 'private, no-cache')
  simulator.intercept = ({ upstream, path }) =>
    upstream !== 'identity' && !path.endsWith('/v2.1/') ? { status: 500 } : undefined
  t.equal((await app.inject(url(adminProjectId))).statusCode, 502)
})

t.test('takes no parameter', async (t) => {
  const { app } = await startService(t)
  t.match((await app.inject(`${url(adminProjectId)}?limit=1`)).json(), {
    errors: [{ parameter: 'limit', message: 'is not a parameter here: there are none' }]
  })
})
