import t from 'tap'
import { build, instancesUrl, read, readPages, readSummary } from './cloud.js'
import type { Page } from './cloud.js'
import { instanceFacts } from './facts.js'

const facts = await instanceFacts()
const app = await build(t)
const projects = Object.values(await readSummary(app))
const idOf = (project: string) => projects.find(({ name }) => name === project)!.id

t.test('has every instance with every field as openstackclient says', async (t) => {
  let seen = 0
  for (const { id, name } of projects) {
    const { body, headers } = await read<Page>(app, instancesUrl(id))
    const at = Date.parse(String(headers.date ?? new Date()))
    const said = facts.filter(({ tenant_id: tenant }) => tenant === id)
    t.equal(body.projectId, id)
    t.equal(body.totalCnt, said.length, name)
    t.strictSame(
      body.metric.map(
        ({ uptime, cpuUsage, memoryUsage, ...rest }) => ({ ...rest, address: rest.address.sort() })
      ),
      said,
      name
    )
    for (const { uptime, started_at: started, name } of body.metric) {
      if (started === null) t.equal(uptime, null, name)
      else {
        t.ok(
          Math.abs(Number(uptime) - (at - Date.parse(`${started}Z`)) / 1000) < 5,
        `${name} is up for ${uptime} s`
        )
      }
    }
    seen += said.length
  }
  t.equal(seen, facts.length)
})

t.test('an instance in ERROR has never started and is nowhere', async (t) => {
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

t.test('an instance has the addresses of all its networks, and its floating ones', async (t) => {
  const { body } = await read<Page>(app, instancesUrl(idOf('demo')))
  const addresses = Object.fromEntries(body.metric.map(({ name, address }) => [name, address.sort()]))
  t.strictSame(addresses['demo-multi-1'], ['10.2.0.13', '10.99.0.13'])
  t.strictSame(addresses['demo-web-1'], ['10.2.0.11', '203.0.113.101'])
})

t.test('says that the metrics store is down, and answers', async (t) => {
  const { body } = await read<Page>(app, instancesUrl(idOf('demo')))
  t.strictSame(body.unavailable, ['metrics'])
  t.ok(body.metric.every(({ cpuUsage, memoryUsage }) => cpuUsage === null && memoryUsage === null))
})

t.test('answers page by page, with no empty one at the end', async (t) => {
  for (const { id, name } of projects) {
    const said = facts.filter(
      ({ tenant_id: tenant }) => tenant === id
    ).map(({ instance_id: instance }) => instance)
    for (const limit of [1, 2, 3]) {
      const pages = await readPages(app, instancesUrl(id, { limit: String(limit) }))
      t.strictSame(
        pages.flatMap(({ metric }) => metric.map((instance) => instance.instance_id)),
        said,
        `${name}, limit=${limit}`
      )
      t.equal(pages.length, Math.max(1, Math.ceil(said.length / limit)), 'as few pages as they fit in')
      t.ok(pages.every(({ totalCnt }) => totalCnt === said.length), 'each of which knows of all')
    }
  }
})

t.test('refuses what it does not know', async (t) => {
  const nobody = '0123456789abcdef0123456789abcdef'
  for (const [url, status] of [
    [instancesUrl(nobody), 404],
    [instancesUrl(nobody, { limit: '1', hostname: 'web' }), 404],
    [instancesUrl(idOf('demo'), { limit: '1', marker: nobody }), 400],
    [instancesUrl(idOf('idle'), { limit: '1', marker: '00000000-0000-0000-0000-000000000000' }), 400],
    [instancesUrl(idOf('demo'), {}), 400],
    [instancesUrl(idOf('demo'), { limit: '0' }), 400]
  ] as const) {
    const answer = await read(app, url)
    t.equal(answer.status, status, url)
    t.match(answer.headers['content-type'], 'application/problem+json')
    if (url.includes('marker')) t.match(answer.body.errors, [{ parameter: 'marker', message: String }])
  }
})
