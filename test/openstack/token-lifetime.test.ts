import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { build, instancesUrl, read, readSummary, summaryUrl } from './cloud.js'
import { service } from './service.js'
import { isLogin, requestsDuring } from './upstream-requests.js'

const tokenLifetimeSeconds = 15
const testSeconds = 60

t.teardown(() => service('restart', ['keystone']))
await service('restart', ['keystone'], { TOKEN_EXPIRATION: String(tokenLifetimeSeconds) })

t.test('tokens are renewed before they expire, and no client notices it', async (t) => {
  const admin = await build(t)
  const monitor = await build(t, { OS_CLOUD: 'monitor' })
  const { demo } = await readSummary(admin)
  const projects = Object.keys(await readSummary(monitor)).length
  const requests = [
    [admin, summaryUrl],
    [admin, instancesUrl(demo!.id)],
    [monitor, summaryUrl],
    [monitor, instancesUrl(demo!.id)]
  ] as const

  let sent = 0
  const logins = (await requestsDuring(async () => {
    for (const end = Date.now() + testSeconds * 1000; Date.now() < end; await sleep(250)) {
      const [app, url] = requests[sent++ % requests.length]!
      const { status, body } = await read(app, url)
      // There is no metrics store.
      const isPartial = /"unavailable":\["(?!metrics")/.test(JSON.stringify(body))
      if (status !== 200 || isPartial) t.fail(`${url} is ${status}`, { body })
    }
  })).filter(isLogin).length

  // Tokens are renewed at 80 % of their lifetime: one of admin, one of monitor, and one of monitor for each
  // project. A token of a project expires with its parent token, so a late one is renewed once more.
  const maxLogins = Math.ceil(testSeconds / (0.8 * tokenLifetimeSeconds)) * (1 + 1 + 2 * projects)
  t.ok(logins >= 2 * Math.floor(testSeconds / tokenLifetimeSeconds), `${logins} logins`)
  t.ok(logins <= maxLogins, `${logins} logins for ${sent} requests; at most ${maxLogins} are necessary`)
})
