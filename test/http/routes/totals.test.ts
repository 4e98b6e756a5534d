import t from 'tap'
import type { ProjectSummary } from '#schemas/project.js'
import { startService } from '#test/support/service.js'

const projects = '/v1/openstack/projects'
const totals = `${projects}/totals`

t.test('has the sums of the summary, at the cost of the summary', async (t) => {
  const { app, simulator } = await startService(t, { projects: 20, instances: 100, env: { CACHE: 'on' } })
  const all: ProjectSummary[] = (await app.inject(`${projects}/summary`)).json()
  simulator.calls.length = 0
  const response = await app.inject(totals)
  t.equal(response.headers['cache-control'], 'private, max-age=30')
  t.equal(simulator.calls.filter(({ upstream }) => upstream !== 'identity').length, 0, 'quotas are cached')
  const body = response.json()
  const sum = (values: Array<number | null>) => values.reduce<number>((sum, value) => sum + value!, 0)
  t.match(body, { projects: all.length, enabled: all.filter(({ enabled }) => enabled).length })
  t.same(body.quotas.instances, {
    used: sum(all.map(({ instancesUsed }) => instancesUsed)),
    limit: sum(all.map(({ instancesLimit: limit }) => limit === -1 ? 0 : limit)),
    unlimited: all.filter(({ instancesLimit }) => instancesLimit === -1).length,
    unknown: 0
  })
  t.same(body.quotas.volumeStorageGb.used, sum(all.map(({ volumeStorageUsedGb: used }) => used)))
  t.equal('unavailable' in body, false)
  simulator.calls.length = 0
  t.same((await app.inject(totals)).json(), body)
  t.equal(simulator.calls.length, 0)
})

t.test('counts projects near a limit, without a limit, and of which nothing is known', async (t) => {
  const { app, simulator } = await startService(t, { env: { EXCLUDE_DOMAINS: 'none' } })
  const limits = [[9, 10], [10, 10], [3, -1], [-1, 10], [1, 10]]
  let next = 0
  simulator.intercept = ({ path, upstream }) => {
    if (upstream === 'network') return { status: 500 }
    if (path !== '/v2.1/limits') return undefined
    const [used, limit] = limits[next++ % 5]!
    return {
      status: 200,
      body: { limits: { absolute: { maxTotalInstances: limit, totalInstancesUsed: used } } }
    }
  }
  const response = await app.inject(totals)
  t.match(response.json(), {
    projects: 5,
    near: 2,
    full: 1,
    unavailable: ['network'],
    quotas: {
      instances: { used: 23, limit: 40, unlimited: 1, unknown: 1 },
      vcpus: { used: null, limit: null, unlimited: 0, unknown: 5 },
      floatingIps: { used: null, limit: null, unlimited: 0, unknown: 5 }
    }
  })
  t.equal(response.headers['cache-control'], 'private, no-cache')
})

t.test('fails where every quota fails, and is complete without a project', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ upstream, path }) =>
    upstream !== 'identity' && !path.endsWith('/v2.1/') ? { status: 500 } : undefined
  t.equal((await app.inject(totals)).statusCode, 502)
  simulator.intercept = ({ path }) =>
    path === '/v3/projects' ? { status: 200, body: { projects: [], truncated: true } } : undefined
  const response = await app.inject(totals)
  t.match(response.json(), { projects: 0, quotas: { vcpus: { used: null, limit: null } } })
  t.equal(response.headers.incomplete, 'identity')
})
