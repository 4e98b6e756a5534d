import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { projects, range, startService, summary } from '#test/support/authenticated-service.js'
import type { Caller } from '#test/support/authenticated-service.js'
import type { MetricsStoreName } from '#test/support/service.js'

const callers: Caller[] = ['demo', 'monitor', 'lead', 'admin']
const pairs = callers.flatMap((one) =>
  callers.filter((caller) => caller !== one).map((other) => [one, other] as const))

const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets', 'usages']
const lists = [adminInstanceId, `${demoInstanceId},${adminInstanceId}`]
const filters = ['limit=5', 'limit=5&hostname=e', 'limit=5&hostname=nothing']
const urlsOfQuotas = [
  summary, `${projects}/summaries`, `${projects}/totals`,
  ...['limit=1', 'projectName=e', 'projectName=nothing', 'sort=-fullest&limit=1', 'nearLimit=20']
    .map((query) => `${summary}?${query}`),
  ...[adminProjectId, demoProjectId].map((project) => `${projects}/${project}/summary`)
]
const urlsOfMetrics = (usages: string[], filters: string[]) => [
  ...[adminProjectId, demoProjectId].flatMap((project) =>
    filters.map((query) => `${projects}/${project}/instances?${query}`)),
  ...[adminInstanceId, demoInstanceId].flatMap((instance) =>
    usages.map((usage) => `${projects}/${instance}/${usage}?${range}`)),
  ...[adminProjectId, demoProjectId].flatMap((project) => lists.map((ids) =>
    `${projects}/${project}/instances/usages?instances=${ids}&usage=cpuUsage,networkIo&${range}`)),
  ...[adminInstanceId, demoInstanceId].map((instance) => `/v1/openstack/instances/${instance}`),
  ...['by=cpuUsage', `by=memoryUsage&projectId=${demoProjectId}`]
    .map((query) => `/v1/openstack/instances/top?${query}`),
  ...['hostname=mo', 'address=115.68.151.163']
    .map((query) => `/v1/openstack/instances?limit=3&${query}`)
]
/** The responses that need no metrics store, and the series of each usage, are not tested twice. */
const stores: Array<[metricsStore: MetricsStoreName, urls: string[]]> = [
  ['influxdb', [...urlsOfQuotas, ...urlsOfMetrics(usages, filters)]],
  ['prometheus', urlsOfMetrics(['cpuUsage', 'usages'], ['limit=5'])]
]

type Response = Awaited<ReturnType<Awaited<ReturnType<typeof startService>>['get']>>
/** The parts of a response that depend on the caller. */
const contentOf = ({ statusCode, body, headers: { link, etag } }: Response) => ({
  statusCode, body, link, etag
})

for (const [metricsStore, urls] of stores) {
  /** The responses to each caller from a service that never responded to another one. */
  const expected = new Map<Caller, Map<string, Response>>()
  for (const caller of callers) {
    const { get, tokenOf } = await startService(t, { CACHE: 'off' }, { metricsStore })
    const token = await tokenOf(caller)
    const responses = await Promise.all(urls.map(async (url) => [url, await get(url, token)] as const))
    expected.set(caller, new Map(responses))
  }
  const expectedFor = (caller: Caller, url: string) => expected.get(caller)!.get(url)!

  t.test(`each caller sees something that another does not, over ${metricsStore}`, async (t) => {
    for (const [one, other] of pairs) {
      const isDifferent = (url: string) => expectedFor(one, url).body !== expectedFor(other, url).body
      t.ok(urls.some(isDifferent), `${one} and ${other}`)
    }
  })

  for (const [one, other] of pairs) {
    t.test(`${other} sees nothing that was cached for ${one}, over ${metricsStore}`, async (t) => {
      const { get, tokenOf } = await startService(t, {}, { metricsStore })
      const tokens = { [one]: await tokenOf(one), [other]: await tokenOf(other) }
      for (const caller of [one, other, one, other]) {
        for (const url of urls) {
          const response = await get(url, tokens[caller])
          t.same(contentOf(response), contentOf(expectedFor(caller, url)), `${caller} ${url}`)
        }
      }
      for (const [caller, owner] of [[one, other], [other, one]] as const) {
        for (const url of urls) {
          const { statusCode, body, headers } = expectedFor(caller, url)
          const foreignEtag = String(expectedFor(owner, url).headers.etag)
          const foreign = await get(url, tokens[caller], { 'if-none-match': foreignEtag })
          t.equal(foreign.statusCode, statusCode, `no match with an ETag of ${owner}, even for equal content`)
          t.equal(foreign.body, body)
          if (foreign.statusCode !== 200) continue
          const own = await get(url, tokens[caller], { 'if-none-match': String(headers.etag) })
          t.equal(own.statusCode, 304)
        }
      }
    })
  }

  t.test(`each caller sees its own content in concurrent requests, over ${metricsStore}`, async (t) => {
    for (const CACHE of ['on', 'off']) {
      const { get, tokenOf } = await startService(t, { CACHE }, { metricsStore })
      const tokens = await Promise.all(callers.map(tokenOf))
      const once = urls.flatMap((url) => callers.map((caller, i) => ({ url, caller, token: tokens[i] })))
      const requests = Array.from({ length: 4 }, () => once).flat()
      const responses = await Promise.all(requests.map(({ url, token }) => get(url, token)))
      const contents = requests.map(({ caller, url }) => contentOf(expectedFor(caller, url)))
      t.same(responses.map(contentOf), contents)
    }
  })
}

t.test('all tokens of a project share its cached responses', async (t) => {
  const { get, tokenOf, count } = await startService(t)
  const url = `${projects}/${demoInstanceId}/cpuUsage?${range}`
  for (const caller of ['demo', 'demo', 'demoCredential', 'trustee'] as const) {
    t.equal((await get(url, await tokenOf(caller))).statusCode, 200)
  }
  t.equal(count('metrics'), 1)
})

t.test('a stale response is refreshed with the caller\'s own scope', async (t) => {
  const { get, tokenOf, clock } = await startService(t)
  const [demo, monitor] = [await tokenOf('demo'), await tokenOf('monitor')]
  const visible = async (token: string) =>
    (await get(summary, token)).json().map(({ name }: { name: string }) => name)
  for (let i = 0; i < 4; i++) {
    t.same(await visible(demo), ['demo'])
    t.same(await visible(monitor), ['admin'])
    clock.time += 45_000
  }
})

t.test('reads the quotas of visible projects only, and the list of projects only for a domain', async (t) => {
  const { get, tokenOf, simulator } = await startService(t, { CACHE: 'off' })
  await get(summary, await tokenOf('admin'))
  for (const [caller, rows, hidden] of [['demo', 1, adminProjectId], ['lead', 2, undefined]] as const) {
    const token = await tokenOf(caller)
    simulator.calls.length = 0
    t.equal((await get(summary, token)).json().length, rows)
    const paths = simulator.calls.map(({ path, query }) => `${path}?${query}`)
    const quotas = paths.filter((path) => /limits|quotas|os-quota-sets/.test(path))
    t.equal(quotas.length, 3 * rows)
    t.equal(paths.filter((path) => path.startsWith('/v3/projects?')).length, caller === 'demo' ? 0 : 1)
    if (hidden === undefined) continue
    t.notOk(quotas.some((path) => path.split('os-quota-sets').at(-1)!.includes(hidden)))
  }
})
