import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { build, instancesUrl, read, readPages, readSummary } from './cloud.js'
import { callsOf, isLogin } from './upstream-calls.js'

// A metrics store that answers, if only that it knows no instance: one that cannot be reached is asked twice.
const store = await startSimulator({ instances: 0 })
t.teardown(() => store.close())

const app = await build(t, { OS_CLOUD: 'admin', INFLUX_URL: store.env.INFLUX_URL! })
const { demo, web } = await readSummary(app)
await read(app, instancesUrl(demo!.id))

const matching = (calls: string[], pattern: RegExp) => calls.filter((call) => pattern.test(call))

t.test('a summary is one list of projects, and three quotas a project', async (t) => {
  let projects: string[] = []
  const calls = await callsOf(async () => {
    projects = Object.values(await readSummary(app)).map(({ id }) => id)
  })
  t.equal(matching(calls, /^GET [^?]*\/v3\/projects(\?|$)/).length, 1)
  for (const id of projects) {
    t.equal(matching(calls, new RegExp(`/(limits|quotas|os-quota-sets)\\b.*${id}`)).length, 3, id)
  }
  t.equal(matching(calls, /limits|quotas|os-quota-sets/).length, 3 * projects.length)
  t.strictSame(
    matching(calls, /\/(servers|ports|volumes|floatingips|security-groups)\b/),
    [],
    'nothing is listed to be counted'
  )
  t.strictSame(calls.filter(isLogin), [], 'the token in hand is used')
})

t.test('a page of instances costs two requests to Nova and one to the metrics store', async (t) => {
  for (const [query, what] of [
    [{ limit: '1' }, 'a short page'],
    [{ limit: '1000' }, 'a long page'],
    [{ limit: '3' }, 'a page that is exactly full'],
    [{ limit: '1000', hostname: 'front' }, 'a page of some names'],
    [{ limit: '1', hostname: 'e' }, 'a short page of some names']
  ] as const) {
    const calls = await callsOf(async () => { await read(app, instancesUrl(web!.id, query)) })
    const nova = matching(calls, /:\d+\/v2\.1\//)
    t.ok(nova.length > 0 && nova.length <= 2, `${what}: ${nova.join(' and ')}`)
    t.equal(matching(calls, /\/query/).length, 1, what)
    t.strictSame(calls.filter(isLogin), [])
  }
})

t.test('each page of many costs the same', async (t) => {
  const calls = await callsOf(async () => { await readPages(app, instancesUrl(web!.id, { limit: '1' })) })
  t.ok(matching(calls, /:\d+\/v2\.1\//).length <= 2 * 3)
  t.equal(matching(calls, /\/query/).length, 3)
})

t.test('who asks at once shares what is read once', async (t) => {
  const fresh = await build(t)
  const calls = await callsOf(async () => {
    await Promise.all(Array.from({ length: 5 }, () => readSummary(fresh)))
  })
  t.equal(calls.filter(isLogin).length, 1, 'one login for all')
})
