import assert from 'node:assert/strict'
import t from 'tap'
import type { Test } from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { operationsOf, validQuery } from '#test/support/openapi-contract.js'
import type { Document } from '#test/support/openapi-contract.js'
import { build, instancesUrl, readPages, readSummary, summaryUrl } from './cloud.js'
import { createUser, login, onProject } from './keystone.js'
import { openstack } from './openstackclient.js'

const influxd = await startInfluxd(t)
assert(influxd, 'no influxd: put it on the PATH or its path in INFLUXD')
const clock = { aheadMs: 0 }
const env = { OS_CLOUD: 'admin', AUTH: 'keystone', CACHE: 'on', INFLUX_URL: influxd.url }
const app = await build(t, env, () => Date.now() + clock.aheadMs)
const user = await createUser(t)

/** Moves the clock until cached token validations have expired. */
const expireValidations = () => { clock.aheadMs += 60_000 }

/** Writes samples of an instance, as an agent of a project does. */
const writeSamples = (instance: string, project: string, value: number) => {
  const series = `cpu.utilization_norm_perc,resource_id=${instance},_tenant_id=${project}`
  return influxd!.write([5, 4, 3, 2, 1].map((minutes) =>
    `${series} value=${value} ${Date.now() - minutes * 60_000}`))
}

// The content of the cloud, from a service without authentication.
const openApp = await build(t)
const ids = Object.fromEntries(Object.values(await readSummary(openApp)).map(({ name, id }) => [name, id]))
/** The project and the name of each instance. */
const projectOf: Record<string, string> = {}
const nameOf: Record<string, string> = {}
for (const project of Object.values(ids)) {
  for (const { metric } of await readPages(openApp, instancesUrl(project))) {
    for (const { instance_id: id, name } of metric) [projectOf[id], nameOf[id]] = [project, name]
  }
}
const instancesOf = (project: string) => Object.keys(projectOf).filter((id) => projectOf[id] === ids[project])
for (const [instance, project] of Object.entries(projectOf)) await writeSamples(instance, project, 1)

const get = async (url: string, token?: string) => {
  const { statusCode: status, body, headers } = await app.inject({
    url, headers: token === undefined ? {} : { 'x-auth-token': token }
  })
  return { status, headers, body: JSON.parse(body) }
}

const document: Document = (await app.inject('/openapi.json')).json()
const operations = operationsOf(document).filter(([path]) => path.startsWith('/v1'))
const cpuPath = operations.find(([path]) => path.endsWith('cpuUsage'))!
const unknownProject = '0'.repeat(32)
const unknownInstance = '00000000-0000-0000-0000-000000000000'
type Operation = typeof operations[number]
const isProjectPath = ([path]: Operation) => path.includes('{projectId}')
const isInstancePath = ([path]: Operation) => path.includes('{instanceId}')
const searchPath = '/v1/openstack/instances'
/** A part of the names of most instances. */
const hostname = '-1'

/** The URL of an operation, with valid parameters. */
function urlOf ([path, { parameters }]: Operation, id = '') {
  const instances = Object.keys(projectOf).filter((instance) => projectOf[instance] === id).join() || 'none'
  const url = path.replace(/\{.*\}/, id) + validQuery(parameters, { instances, groupBy: '1m' })
  return path === searchPath ? `${url}&hostname=${hostname}` : url
}

/** The parts of a response about a project that is visible. */
function expectedOf ([path]: Operation, project: string) {
  if (path.endsWith('/summary')) return { id: project }
  const totalCnt = Object.values(projectOf).filter((owner) => owner === project).length
  return path.endsWith('/instances') ? { projectId: project, totalCnt } : { projectId: project }
}

/** Checks that a token gives access to these projects on every route, and to no others. */
async function checkAccess (t: Test, token: string, ...names: string[]) {
  const visible = names.map((name) => ids[name]!)
  for (const operation of operations) {
    const [path] = operation
    if (isProjectPath(operation)) {
      const missing = await get(urlOf(operation, unknownProject), token)
      t.match(missing, { status: 404, body: { detail: 'No such project.' } })
      for (const id of Object.values(ids)) {
        const { status, body } = await get(urlOf(operation, id), token)
        if (visible.includes(id)) t.match(body, expectedOf(operation, id), path)
        else t.same([status, { ...body, instance: '' }], [404, { ...missing.body, instance: '' }])
      }
    } else if (isInstancePath(operation)) {
      for (const [id, project] of Object.entries(projectOf)) {
        const { status, body } = await get(urlOf(operation, id), token)
        t.equal(status, visible.includes(project) ? 200 : 404, `${path} ${id}`)
        if (status === 200 && path.endsWith('cpuUsage')) t.ok(body[0].metric.length >= 4)
        if (status === 404) t.equal(body.detail, 'No such instance.')
      }
    } else {
      const { status, body } = await get(urlOf(operation), token)
      t.equal(status, 200, path)
      checkList(t, path, body, visible)
    }
  }
}

/** Checks that a list is of these projects. */
function checkList (t: Test, path: string, body: any, visible: string[]) {
  if (Array.isArray(body)) return t.same(body.map(({ id }) => id).sort(), [...visible].sort(), path)
  if (path.endsWith('/totals')) return t.equal(body.projects, visible.length)
  const found = body.metric.map(({ instance_id: id }: { instance_id: string }) => id)
  t.ok(found.every((id: string) => visible.includes(projectOf[id]!)), path)
  // A ranking has only those with a sample of the last minutes.
  if (path !== searchPath) return
  const named = Object.keys(projectOf).filter((id) =>
    visible.includes(projectOf[id]!) && nameOf[id]!.includes(hostname))
  t.same(found.sort(), named.sort(), path)
}

/** Checks that a token gives no access on any route. */
async function checkNoAccess (t: Test, token: string | undefined, status: 401 | 403) {
  const idsFor = (operation: Operation) => {
    if (isProjectPath(operation)) return [ids.demo, unknownProject]
    return isInstancePath(operation) ? [instancesOf('demo')[0], unknownInstance] : ['']
  }
  for (const operation of operations) {
    for (const id of idsFor(operation)) {
      const response = await get(urlOf(operation, id), token)
      t.equal(response.status, status, operation[0])
      if (status === 401) t.match(response.headers['www-authenticate'], /^Keystone uri="http.*\/v3"$/)
    }
  }
}

t.test('admin sees every project, and an empty series for an unknown instance', async (t) => {
  const token = await login('admin', onProject('admin'))
  await checkAccess(t, token, ...Object.keys(ids))
  t.match((await get(urlOf(cpuPath, unknownInstance), token)).body, [{ name: 'cpu', metric: [] }])
})

t.test('demo sees demo', async (t) => checkAccess(t, await login('demo', onProject('demo')), 'demo'))

for (const project of ['admin', 'demo', 'web', 'batch', 'idle']) {
  t.test(`monitor with a token for ${project} sees ${project}`, async (t) => {
    await checkAccess(t, await login('monitor', onProject(project)), project)
  })
}

t.test('missing, invalid, unscoped and system-reader tokens give no access', async (t) => {
  await checkNoAccess(t, undefined, 401)
  await checkNoAccess(t, 'gAAAAABnot-a-token', 401)
  await checkNoAccess(t, await login('monitor', 'unscoped'), 403)
  await checkNoAccess(t, await login('monitor', { system: { all: true } }), 403)
  const { body } = await get(summaryUrl, await login('admin', { system: { all: true } }))
  t.equal(body.length, Object.keys(ids).length)
})

t.test('a domain reader sees the projects of the domain until the role is removed', async (t) => {
  await user.changeRole('PUT', 'domains/default', 'reader')
  const token = await login(user.name, { domain: { id: 'default' } })
  await checkAccess(t, token, ...Object.keys(ids))
  await user.changeRole('DELETE', 'domains/default', 'reader')
  expireValidations()
  await checkNoAccess(t, token, 401)
})

t.test('without a role its tokens, application credentials and trusts give no access', async (t) => {
  await user.changeRole('PUT', user.onProject('demo'), 'member')
  await user.changeRole('PUT', user.onProject('web'), 'reader')
  const [demo, web] = [await login(user.name, onProject('demo')), await login(user.name, onProject('web'))]
  const credential = await user.credentialToken(demo, [])
  const trust = await user.trustToken(demo, 'monitor', 'demo', 'member')
  for (const token of [demo, credential, trust]) await checkAccess(t, token, 'demo')
  await checkAccess(t, web, 'web')

  await user.changeRole('DELETE', user.onProject('demo'), 'member')
  for (const token of [demo, credential, trust]) {
    t.equal((await get(summaryUrl, token)).status, 200, 'the validation is cached for a minute')
  }
  expireValidations()
  for (const token of [demo, credential, trust]) await checkNoAccess(t, token, 401)
  await checkAccess(t, web, 'web')
})

t.test('the revocation of a token affects no other token', async (t) => {
  const [token, other] = [await login(user.name, onProject('web')), await login(user.name, onProject('web'))]
  await checkAccess(t, token, 'web')
  await user.revoke(token)
  t.equal((await get(summaryUrl, token)).status, 200, 'the validation is cached for a minute')
  expireValidations()
  await checkNoAccess(t, token, 401)
  await checkAccess(t, other, 'web')
})

t.test('a credential with access rules gives access to the paths of the rules', async (t) => {
  const rules = [
    { service: 'monitoring', method: 'GET', path: '/v1/openstack/projects/*/cpuUsage' },
    { service: 'compute', method: 'GET', path: '/**' }
  ]
  const token = await user.credentialToken(await login(user.name, onProject('web')), rules)
  for (const operation of operations) {
    const id = isProjectPath(operation) ? ids.web : instancesOf('web')[0]
    const expected = operation === cpuPath ? 200 : 403
    t.equal((await get(urlOf(operation, id), token)).status, expected, operation[0])
  }
  t.equal((await get(urlOf(cpuPath, instancesOf('demo')[0]), token)).status, 404)
})

t.test('an instance of another project is no valid marker, although Nova accepts it', async (t) => {
  const token = await login('demo', onProject('demo'))
  const adminToken = await login('admin', onProject('admin'))
  const page = (marker: string, as = token) => get(instancesUrl(ids.demo!, { limit: '5', marker }), as)
  t.match(await page(instancesOf('web')[0]!), { status: 400, body: { errors: [{ parameter: 'marker' }] } })
  t.match(await page(unknownInstance), { status: 400, body: { errors: [{ parameter: 'marker' }] } })
  t.match(await page(instancesOf('demo')[0]!), { status: 200, body: { totalCnt: 4 } })
  t.equal((await page(instancesOf('web')[0]!, adminToken)).status, 400)
  t.equal((await page(instancesOf('demo')[0]!, adminToken)).status, 200)
})

t.test('a project sees its own samples of a deleted instance', async (t) => {
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
  const cpuUsage = async (token: string) => {
    const path = `/v1/openstack/projects/${id}/cpuUsage?defaultTimeRange=10m&groupBy=1h`
    const { status, body } = await get(path, token)
    return status === 200 ? body[0].metric.map(({ usage }: { usage: number }) => usage) : status
  }
  t.same([await cpuUsage(demo), await cpuUsage(web)], [404, 404], 'without samples the instance is unknown')
  await writeSamples(id, ids.demo!, 10)
  await writeSamples(id, ids.web!, 90)
  expireValidations()
  t.ok((await cpuUsage(demo)).every((usage: number) => usage === 10), 'no samples of another project')
  t.ok((await cpuUsage(web)).every((usage: number) => usage === 90), 'a forger sees its own samples')
  t.equal(await cpuUsage(batch), 404)
  t.ok((await cpuUsage(admin)).every((usage: number) => usage === 50), 'admin sees the mean of all samples')
})
