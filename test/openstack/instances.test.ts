import t from 'tap'
import { build, instancesUrl, read, readPages, readSummary } from './cloud.js'
import type { Page } from './cloud.js'
import { expectedInstances } from './expected.js'

const expected = await expectedInstances()
const app = await build(t)
const projects = Object.values(await readSummary(app))
const idOf = (project: string) => projects.find(({ name }) => name === project)!.id
const expectedOf = (project: string) => expected.filter(({ tenant_id: tenant }) => tenant === project)

t.test('every field of every instance equals the output of openstackclient', async (t) => {
  let compared = 0
  for (const { id, name } of projects) {
    const { body, headers } = await read<Page>(app, instancesUrl(id))
    const now = Date.parse(String(headers.date ?? new Date()))
    const ofProject = expectedOf(id)
    t.equal(body.projectId, id)
    t.equal(body.totalCnt, ofProject.length, name)
    const comparable = body.metric.map(({ uptime, cpuUsage, memoryUsage, ...rest }) =>
      ({ ...rest, address: rest.address.sort() }))
    t.strictSame(comparable, ofProject, name)
    for (const { uptime, started_at: started, name } of body.metric) {
      const age = (now - Date.parse(`${started}Z`)) / 1000
      if (started === null) t.equal(uptime, null, name)
      else t.ok(Math.abs(Number(uptime) - age) < 5, `${name} is up for ${uptime} s`)
    }
    compared += ofProject.length
  }
  t.equal(compared, expected.length)
})

t.test('an instance in ERROR has no start, no address and no zone', async (t) => {
  const { body } = await read<Page>(app, instancesUrl(idOf('demo'), { limit: '10', hostname: 'broken' }))
  t.match(body.metric, [{
    name: 'demo-broken-1',
    state: 'ERROR',
    address: [],
    started_at: null,
    ended_at: '',
    uptime: null,
    zone: null,
    disk_gb: 900000,
    cpuUsage: null,
    memoryUsage: null
  }])
  t.equal(body.totalCnt, 1)
})

t.test('an instance has the addresses of all its networks, and its floating IPs', async (t) => {
  const { body } = await read<Page>(app, instancesUrl(idOf('demo')))
  const addresses = Object.fromEntries(body.metric.map(({ name, address }) => [name, address.sort()]))
  t.strictSame(addresses['demo-multi-1'], ['10.2.0.13', '10.99.0.13'])
  t.strictSame(addresses['demo-web-1'], ['10.2.0.11', '203.0.113.101'])
})

t.test('without a metrics store the response is partial and names it', async (t) => {
  const { body } = await read<Page>(app, instancesUrl(idOf('demo')))
  t.strictSame(body.unavailable, ['metrics'])
  t.ok(body.metric.every(({ cpuUsage, memoryUsage }) => cpuUsage === null && memoryUsage === null))
})

t.test('pages have every instance once, and no page is empty', async (t) => {
  for (const { id, name } of projects) {
    const ids = expectedOf(id).map(({ instance_id: instance }) => instance)
    for (const limit of [1, 2, 3]) {
      const pages = await readPages(app, instancesUrl(id, { limit: String(limit) }))
      const listed = pages.flatMap(({ metric }) => metric.map(({ instance_id: instance }) => instance))
      t.strictSame(listed, ids, `${name}, limit=${limit}`)
      t.equal(pages.length, Math.max(1, Math.ceil(ids.length / limit)), 'the number of pages is minimal')
      t.ok(pages.every(({ totalCnt }) => totalCnt === ids.length), 'each page has the total count')
    }
  }
})

t.test('instances are sorted and found as Nova does it', async (t) => {
  const ofDemo = expectedOf(idOf('demo'))
  const namesOf = async (query: Record<string, string>) => {
    const pages = await readPages(app, instancesUrl(idOf('demo'), { limit: '2', ...query }))
    t.ok(pages.every(({ totalCnt }) => totalCnt === pages.flatMap(({ metric }) => metric).length))
    return pages.flatMap(({ metric }) => metric.map(({ name }) => name))
  }
  const [newest, names] = [ofDemo.map(({ name }) => name), ofDemo.map(({ name }) => name).sort()]
  t.same(await namesOf({ sort: '-created' }), newest)
  t.same(await namesOf({ sort: 'created' }), newest.toReversed())
  t.same(await namesOf({ sort: 'name' }), names)
  t.same(await namesOf({ sort: '-name' }), names.toReversed())
  for (const state of ['ACTIVE', 'ERROR', 'SHELVED']) {
    const inState = ofDemo.filter((instance) => instance.state === state)
    t.same(await namesOf({ state, sort: 'name' }), inState.map(({ name }) => name).sort(), state)
  }
  t.same(await namesOf({ address: '10.2.0.11' }), ['demo-web-1'])
  t.same(await namesOf({ address: '10.2.0.1' }), [], 'a part of an address finds nothing')
})

t.test('instances of all projects are found by name and by address', async (t) => {
  const find = async (query: Record<string, string>) => {
    const url = `/v1/openstack/instances?${new URLSearchParams({ limit: '2', ...query })}`
    const found = (await readPages<Pick<Page, 'metric'>>(app, url)).flatMap(({ metric }) => metric)
    return found.map(({ name, projectName }) => `${name} ${projectName}`).sort()
  }
  const projectNames = Object.fromEntries(projects.map(({ id, name }) => [id, name]))
  const named = expected.filter(({ name }) => name.includes('er-1'))
  t.ok(named.length > 0)
  t.same(await find({ hostname: 'ER-1' }), named.map(({ name, tenant_id: id }) =>
    `${name} ${projectNames[id]}`).sort())
  t.same(await find({ address: '10.2.0.11' }), ['demo-web-1 demo'])
  t.same(await find({ address: '10.2.0.11', hostname: 'batch' }), [])
  t.same(await find({ hostname: 'e', state: 'ERROR' }).catch((err) => /hostname/.test(err.message)), true)
})

t.test('unknown projects and invalid parameters are rejected', async (t) => {
  const unknown = '0123456789abcdef0123456789abcdef'
  for (const [url, status] of [
    [instancesUrl(unknown), 404],
    [instancesUrl(unknown, { limit: '1', hostname: 'web' }), 404],
    [instancesUrl(idOf('demo'), { limit: '1', marker: unknown }), 400],
    [instancesUrl(idOf('idle'), { limit: '1', marker: '00000000-0000-0000-0000-000000000000' }), 400],
    [instancesUrl(idOf('demo'), {}), 400],
    [instancesUrl(idOf('demo'), { limit: '0' }), 400]
  ] as const) {
    const response = await read(app, url)
    t.equal(response.status, status, url)
    t.match(response.headers['content-type'], 'application/problem+json')
    if (url.includes('marker')) t.match(response.body.errors, [{ parameter: 'marker', message: String }])
  }
})
