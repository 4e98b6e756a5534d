import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { build, instancesUrl, read, readPages, readSummary } from './cloud.js'
import { isLogin, requestsDuring } from './upstream-requests.js'

// A metrics store without samples: the service would send each request twice to an unreachable one.
const store = await startSimulator({ instances: 0 })
t.teardown(() => store.close())

const env = { OS_CLOUD: 'admin', INFLUX_URL: store.env.INFLUX_URL! }
const app = await build(t, env)
const { demo, web } = await readSummary(app)
await read(app, instancesUrl(demo!.id))

const matching = (requests: string[], pattern: RegExp) => requests.filter((request) => pattern.test(request))
const novaRequest = /:\d+\/v2\.1\//

t.test('a summary costs one project list, and three quota requests for each project', async (t) => {
  let projects: string[] = []
  const requests = await requestsDuring(async () => {
    projects = Object.values(await readSummary(app)).map(({ id }) => id)
  })
  t.equal(matching(requests, /^GET [^?]*\/v3\/projects(\?|$)/).length, 1)
  for (const id of projects) {
    t.equal(matching(requests, new RegExp(`/(limits|quotas|os-quota-sets)\\b.*${id}`)).length, 3, id)
  }
  t.equal(matching(requests, /limits|quotas|os-quota-sets/).length, 3 * projects.length)
  const lists = matching(requests, /\/(servers|ports|volumes|floatingips|security-groups)\b/)
  t.strictSame(lists, [], 'the service lists no resources to count them')
  t.strictSame(requests.filter(isLogin), [], 'the service uses its current token')
})

t.test('a page of instances costs two requests to Nova and one to the metrics store', async (t) => {
  for (const [query, title] of [
    [{ limit: '1' }, 'a short page'],
    [{ limit: '1000' }, 'a long page'],
    [{ limit: '3' }, 'a page that is exactly full'],
    [{ limit: '1000', hostname: 'front' }, 'a search'],
    [{ limit: '1', hostname: 'e' }, 'a short page of a search']
  ] as const) {
    const requests = await requestsDuring(async () => { await read(app, instancesUrl(web!.id, query)) })
    const nova = matching(requests, novaRequest)
    t.ok(nova.length > 0 && nova.length <= 2, `${title}: ${nova.join(' and ')}`)
    t.equal(matching(requests, /\/query/).length, 1, title)
    t.strictSame(requests.filter(isLogin), [])
  }
})

t.test('each of several pages costs the same: the one before shows the marker\'s project', async (t) => {
  const cached = await build(t, { ...env, CACHE: 'on' })
  await read(cached, instancesUrl(demo!.id))
  const url = instancesUrl(web!.id, { limit: '1' })
  const requests = await requestsDuring(async () => { await readPages(cached, url) })
  t.ok(matching(requests, novaRequest).length <= 2 * 3)
  t.equal(matching(requests, /\/query/).length, 3)
})

t.test('concurrent requests share one login', async (t) => {
  const newApp = await build(t)
  const requests = await requestsDuring(async () => {
    await Promise.all(Array.from({ length: 5 }, () => readSummary(newApp)))
  })
  t.equal(requests.filter(isLogin).length, 1)
})
