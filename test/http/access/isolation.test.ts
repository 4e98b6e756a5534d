import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { projects, range, startService, summary } from '#test/support/authenticated-service.js'
import type { Caller } from '#test/support/authenticated-service.js'

const callers: Caller[] = ['demo', 'monitor', 'lead', 'admin']
const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const urls = [
  summary, `${projects}/summaries`, `${summary}?limit=1`, `${summary}?projectName=e`, `${summary}?projectName=nothing`,
  ...[adminProjectId, demoProjectId].flatMap((project) => ['limit=5', 'limit=5&hostname=e', 'limit=5&hostname=nothing'].map((query) => `${projects}/${project}/instances?${query}`)),
  ...[adminInstanceId, demoInstanceId].flatMap((instance) => usages.map((usage) => `${projects}/${instance}/${usage}?${range}`))
]
type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof startService>>['get']>>
const told = ({ statusCode, body, headers: { link, etag } }: Answer) => ({ statusCode, body, link, etag })

/** What each caller is answered by a service that has never answered another. */
const alone = new Map<Caller, Map<string, Answer>>()
for (const caller of callers) {
  const { get, tokenOf } = await startService(t, { CACHE: 'off' })
  const token = await tokenOf(caller)
  alone.set(caller, new Map(await Promise.all(urls.map(async (url) => [url, await get(url, token)] as const))))
}
const answerOf = (caller: Caller, url: string) => alone.get(caller)!.get(url)!

t.test('each sees something that another does not', async (t) => {
  for (const one of callers) {
    for (const other of callers.filter((caller) => caller !== one)) {
      t.ok(urls.some((url) => answerOf(one, url).body !== answerOf(other, url).body), `${one} and ${other}`)
    }
  }
})

for (const one of callers) {
  for (const other of callers.filter((caller) => caller !== one)) {
    t.test(`${other} sees nothing of what was kept for ${one}`, async (t) => {
      const { get, tokenOf } = await startService(t)
      const tokens = { [one]: await tokenOf(one), [other]: await tokenOf(other) }
      for (const caller of [one, other, one, other]) {
        for (const url of urls) t.same(told(await get(url, tokens[caller])), told(answerOf(caller, url)), `${caller} ${url}`)
      }
      for (const [caller, others] of [[one, other], [other, one]] as const) {
        for (const url of urls) {
          const [own, foreign] = [answerOf(caller, url), answerOf(others, url)].map(({ headers }) => String(headers.etag))
          const answer = await get(url, tokens[caller], { 'if-none-match': foreign! })
          t.equal(answer.statusCode, answerOf(caller, url).statusCode, `${caller} has not what ${others} has, even where it is the same`)
          t.equal(answer.body, answerOf(caller, url).body)
          if (answer.statusCode === 200) t.equal((await get(url, tokens[caller], { 'if-none-match': own! })).statusCode, 304)
        }
      }
    })
  }
}

t.test('all at once, each sees what is his', async (t) => {
  for (const CACHE of ['on', 'off']) {
    const { get, tokenOf } = await startService(t, { CACHE })
    const tokens = await Promise.all(callers.map(tokenOf))
    const asked = Array.from({ length: 4 }, () => urls.flatMap((url) => callers.map((caller, i) => ({ url, caller, token: tokens[i] })))).flat()
    const answers = await Promise.all(asked.map(({ url, token }) => get(url, token)))
    t.same(answers.map(told), asked.map(({ caller, url }) => told(answerOf(caller, url))))
  }
})

t.test('who logs in anew is still answered with what is kept for his project', async (t) => {
  const { get, tokenOf, count } = await startService(t)
  const url = `${projects}/${demoInstanceId}/cpuUsage?${range}`
  for (const caller of ['demo', 'demo', 'demoCredential', 'trustee'] as const) t.equal((await get(url, await tokenOf(caller))).statusCode, 200)
  t.equal(count('metrics'), 1)
})

t.test('what is stale for one is read again for him', async (t) => {
  const { get, tokenOf, clock } = await startService(t)
  const [demo, monitor] = [await tokenOf('demo'), await tokenOf('monitor')]
  for (let i = 0; i < 4; i++) {
    t.same((await get(summary, demo)).json().map(({ name }: { name: string }) => name), ['demo'])
    t.same((await get(summary, monitor)).json().map(({ name }: { name: string }) => name), ['admin'])
    clock.time += 45_000
  }
})

t.test('reads no more of other projects than their list, and for a project not even that', async (t) => {
  const { get, tokenOf, simulator } = await startService(t, { CACHE: 'off' })
  await get(summary, await tokenOf('admin'))
  for (const [caller, rows, others] of [['demo', 1, adminProjectId], ['lead', 2, undefined]] as const) {
    const token = await tokenOf(caller)
    simulator.calls.length = 0
    t.equal((await get(summary, token)).json().length, rows)
    const paths = simulator.calls.map(({ path, query }) => `${path}?${query}`)
    t.equal(paths.filter((path) => /limits|quotas|os-quota-sets/.test(path)).length, 3 * rows)
    t.equal(paths.filter((path) => path.startsWith('/v3/projects?')).length, caller === 'demo' ? 0 : 1)
    if (others !== undefined) t.notOk(paths.some((path) => /limits|quotas|os-quota-sets/.test(path) && path.split('os-quota-sets').at(-1)!.includes(others)))
  }
})
