import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { build, instancesUrl, read, readSummary, summaryUrl } from './cloud.js'
import { service } from './service.js'
import { callsOf, isLogin } from './upstream-calls.js'

/** Seconds: what tokens live for here, and how long they are used. */
const life = 15
const duration = 60

t.setTimeout((duration + 60) * 1000)
t.teardown(() => service('restart', ['keystone']))
await service('restart', ['keystone'], { TOKEN_EXPIRATION: String(life) })

t.test('tokens are renewed before they expire, and no caller sees it', async (t) => {
  const admin = await build(t)
  const monitor = await build(t, { OS_CLOUD: 'monitor' })
  const { demo } = await readSummary(admin)
  const projects = Object.keys(await readSummary(monitor)).length
  const urls = [
    [admin, summaryUrl],
    [admin, instancesUrl(demo!.id)],
    [monitor, summaryUrl],
    [monitor, instancesUrl(demo!.id)]
  ] as const

  let answers = 0
  const logins = (await callsOf(async () => {
    for (const end = Date.now() + duration * 1000; Date.now() < end; await sleep(250)) {
      const [app, url] = urls[answers++ % urls.length]!
      const { status, body } = await read(app, url)
      // of the metrics store there is none
      if (status !== 200 || /"unavailable":\["(?!metrics")/.test(JSON.stringify(body))) {
        t.fail(`${url} is ${status}`, { body })
      }
    }
  })).filter(isLogin).length

  // Each is renewed at 80 % of its life: admin's, monitor's, and monitor's of each project. The last ones die
  // with the one that they were made from, so those that are made late are made again.
  const bound = Math.ceil(duration / (0.8 * life)) * (1 + 1 + 2 * projects)
  t.ok(logins >= 2 * Math.floor(duration / life), `${logins} logins`)
  t.ok(logins <= bound, `${logins} logins for ${answers} answers; ${bound} are enough`)
})
