import assert from 'node:assert/strict'
import t from 'tap'
import type { Test } from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { build, instancesUrl, readPages, readSummary, summaryUrl } from './cloud.js'
import { createUser, login, onProject } from './keystone.js'
import { openstack } from './openstackclient.js'

t.setTimeout(240_000)

const influxd = await startInfluxd(t)
assert(influxd, 'no influxd: put it on the PATH or its path in INFLUXD')
const clock = { ahead: 0 }
const app = await build(
  t,
  { OS_CLOUD: 'admin', AUTH: 'keystone', CACHE: 'on', INFLUX_URL: influxd.url },
  () => Date.now() + clock.ahead
)
const user = await createUser(t)

/** Lets the time pass for which a validation counts. */
const wait = () => { clock.ahead += 60_000 }

/** Samples of an instance as an agent sends them in a project's name. */
const sample = (instance: string, project: string, value: number) =>
  influxd!.write([5, 4, 3, 2, 1].map((minutes) =>
  `cpu.utilization_norm_perc,resource_id=${instance},_tenant_id=${project} ` +
      `value=${value} ${Date.now() - minutes * 60_000}`))

// What there is, by a service that asks nobody.
const open = await build(t)
const ids = Object.fromEntries(Object.values(await readSummary(open)).map(({ name, id }) => [name, id]))
const instances: Record<string, string> = {}
for (const project of Object.values(ids)) {
  for (const { metric } of await readPages(open, instancesUrl(project))) {
    for (const { instance_id: id } of metric) instances[id] = project
  }
}
const inProject = (project: string) => Object.keys(instances).filter((id) => instances[id] === ids[project])
for (const [instance, project] of Object.entries(instances)) await sample(instance, project, 1)

const get = async (url: string, token?: string) => {
  const { statusCode: status, body, headers } = await app.inject({
    url, headers: token === undefined ? {} : { 'x-auth-token': token }
  })
  return { status, headers, body: JSON.parse(body) }
}

const paths = Object.keys(
  (await app.inject('/openapi.json')).json().paths
).filter((path) => path.startsWith('/v1'))
const nobody = '0'.repeat(32)
const noInstance = '00000000-0000-0000-0000-000000000000'
const urlOf = (path: string, id = '') =>
  path.replace(/\{.*\}/, id) + (path.includes('{p')
    ? '?limit=100'
    : path.includes('{i') ? '?defaultTimeRange=10m&groupBy=1m' : '')

/** Finds that a token sees these projects on every route, and no others. */
async function sees (t: Test, token: string, ...names: string[]) {
  const seen = names.map((name) => ids[name]!)
  for (const path of paths) {
    if (path.includes('{projectId}')) {
      const missing = await get(urlOf(path, nobody), token)
      t.match(missing, { status: 404, body: { detail: 'No such project.' } })
      for (const id of Object.values(ids)) {
        const { status, body } = await get(urlOf(path, id), token)
        if (seen.includes(id)) {
          t.equal(
            body.totalCnt, Object.values(instances).filter((project) => project === id).length
          )
        } else t.same([status, { ...body, instance: '' }], [404, { ...missing.body, instance: '' }])
      }
    } else if (path.includes('{instanceId}')) {
      for (const [id, project] of Object.entries(instances)) {
        const { status, body } = await get(urlOf(path, id), token)
        t.equal(status, seen.includes(project) ? 200 : 404, `${path} ${id}`)
        if (status === 200 && path.endsWith('cpuUsage')) t.ok(body[0].metric.length >= 4)
        if (status === 404) t.equal(body.detail, 'No such instance.')
      }
    } else {
      t.same((await get(path, token)).body.map(({ id }: { id: string }) => id).sort(), [...seen].sort(), path)
    }
  }
}

/** Finds that a token sees nothing on any route. */
async function isRefused (t: Test, token: string | undefined, status: 401 | 403) {
  for (const path of paths) {
    for (const id of path.includes('{p')
      ? [ids.demo, nobody]
      : path.includes('{i') ? [inProject('demo')[0], noInstance] : ['']) {
      const answer = await get(urlOf(path, id), token)
      t.equal(answer.status, status, path)
      if (status === 401) t.match(answer.headers['www-authenticate'], /^Keystone uri="http.*\/v3"$/)
    }
  }
}

t.test('admin sees all, and of an unknown instance an empty series', async (t) => {
  const token = await login('admin', onProject('admin'))
  await sees(t, token, ...Object.keys(ids))
  t.match((await get(urlOf(paths.find((path) => path.endsWith('cpuUsage'))!, noInstance), token)).body, [
    { name: 'cpu', metric: [] }
  ])
})

t.test('demo sees demo', async (t) => sees(t, await login('demo', onProject('demo')), 'demo'))

for (const project of ['admin', 'demo', 'web', 'batch', 'idle']) {
  t.test(
    `monitor sees ${project} while it is logged in there`,
    async (t) => sees(t, await login('monitor', onProject(project)), project)
  )
}

t.test('nobody sees anything without a scope, without a token, or as a reader of the system', async (t) => {
  await isRefused(t, undefined, 401)
  await isRefused(t, 'gAAAAABnot-a-token', 401)
  await isRefused(t, await login('monitor', 'unscoped'), 403)
  await isRefused(t, await login('monitor', { system: { all: true } }), 403)
  t.equal(
    (await get(summaryUrl, await login('admin', { system: { all: true } }))).body.length,
    Object.keys(ids).length
  )
})

t.test('a reader of a domain sees its projects, until the role is taken away', async (t) => {
  await user.role('PUT', 'domains/default', 'reader')
  const token = await login(user.name, { domain: { id: 'default' } })
  await sees(t, token, ...Object.keys(ids))
  await user.role('DELETE', 'domains/default', 'reader')
  wait()
  await isRefused(t, token, 401)
})

t.test('the removal of a role shows for its tokens, application credentials and trusts', async (t) => {
  await user.role('PUT', user.onProject('demo'), 'member')
  await user.role('PUT', user.onProject('web'), 'reader')
  const [demo, web] = [await login(user.name, onProject('demo')), await login(user.name, onProject('web'))]
  const [credential, trust] = [
    await user.credential(demo, []), await user.trust(demo, 'monitor', 'demo', 'member')
  ]
  for (const token of [demo, credential, trust]) await sees(t, token, 'demo')
  await sees(t, web, 'web')

  await user.role('DELETE', user.onProject('demo'), 'member')
  for (const token of [demo, credential, trust]) {
    t.equal((await get(summaryUrl, token)).status, 200, 'for a minute it is not')
  }
  wait()
  for (const token of [demo, credential, trust]) await isRefused(t, token, 401)
  await sees(t, web, 'web')
})

t.test('a token that is revoked is seen to be, and no other', async (t) => {
  const [token, other] = [await login(user.name, onProject('web')), await login(user.name, onProject('web'))]
  await sees(t, token, 'web')
  await user.revoke(token)
  t.equal((await get(summaryUrl, token)).status, 200, 'for a minute it is not')
  wait()
  await isRefused(t, token, 401)
  await sees(t, other, 'web')
})

t.test('a credential with access rules is good for what they name', async (t) => {
  const rules = [
    { service: 'monitoring', method: 'GET', path: '/v1/openstack/projects/*/cpuUsage' },
    { service: 'compute', method: 'GET', path: '/**' }
  ]
  const token = await user.credential(await login(user.name, onProject('web')), rules)
  for (const path of paths) {
    const allowed = path.endsWith('cpuUsage')
    t.equal(
      (await get(urlOf(path, path.includes('{p') ? ids.web : inProject('web')[0]), token)).status,
      allowed ? 200 : 403,
      path
    )
  }
  t.equal(
    (await get(urlOf(paths.find((path) => path.endsWith('cpuUsage'))!, inProject('demo')[0]), token)).status,
    404
  )
})

t.test('no page begins at another project\'s instance, though Nova would let it', async (t) => {
  const token = await login('demo', onProject('demo'))
  const page = (marker: string) => get(instancesUrl(ids.demo!, { limit: '5', marker }), token)
  t.match(await page(inProject('web')[0]!), { status: 400, body: { errors: [{ parameter: 'marker' }] } })
  t.match(await page(noInstance), { status: 400, body: { errors: [{ parameter: 'marker' }] } })
  t.match(await page(inProject('demo')[0]!), { status: 200, body: { totalCnt: 4 } })
  t.equal(
    (await app.inject({
      url: instancesUrl(ids.demo!, { limit: '5', marker: inProject('web')[0]! }),
      headers: { 'x-auth-token': await login('admin', onProject('admin')) }
    })).statusCode,
    200
  )
})

t.test('the series of an instance that was deleted are its project\'s', async (t) => {
  const { id } = await openstack([
    'server', 'create', `gone-${process.pid}`, '--flavor', 'm1.tiny', '--image', 'tiny-image',
    '--nic', 'none', '--wait', '-f', 'json', '--os-compute-api-version', '2.37'
  ], 'demo')
  await openstack(['server', 'delete', '--wait', id], 'demo')
  const [demo, web, batch, admin] = [
    await login('demo', onProject('demo')),
    await login('monitor', onProject('web')),
    await login('monitor', onProject('batch')),
    await login('admin', onProject('admin'))
  ]
  const cpu = async (token: string) => {
    const { status, body } = await get(
      `/v1/openstack/projects/${id}/cpuUsage?defaultTimeRange=10m&groupBy=1h`, token
    )
    return status === 200 ? body[0].metric.map(({ usage }: { usage: number }) => usage) : status
  }
  t.same([await cpu(demo), await cpu(web)], [404, 404], 'of no samples nobody can tell')
  await sample(id, ids.demo!, 10)
  await sample(id, ids.web!, 90)
  wait()
  t.ok((await cpu(demo)).every((usage: number) => usage === 10), 'and none of what another says of it')
  t.ok((await cpu(web)).every((usage: number) => usage === 90), 'who reads what he made up himself')
  t.equal(await cpu(batch), 404)
  t.ok((await cpu(admin)).every((usage: number) => usage === 50), 'an admin reads all')
})
