import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startSimulator } from '../../demo/simulator.js'
import { build, instancesUrl, read, readSummary, summaryUrl } from './cloud.js'
import type { Summary } from './cloud.js'
import { service, stop } from './service.js'

t.setTimeout(240_000)

/** Milliseconds that an outage is asked through, and within which all is well again once the service answers. */
const [outage, recovery] = [4_000, 5_000]
/** Who asks at once: enough for a service that fails to be left alone for a while. */
const callers = 8

// What lacks its loads is not kept, so a metrics store is needed, if without any samples.
const simulator = await startSimulator({ projects: 0, instances: 0 })
t.teardown(() => simulator.close())
const env = { INFLUX_URL: simulator.env.INFLUX_URL!, OS_CLOUD: 'admin', CACHE: 'on', SUMMARY_TTL: '1s', INSTANCES_TTL: '1s', UPSTREAM_TIMEOUT: '2s' }

for (const daemons of [['cinder-api'], ['neutron-server'], ['nova-api'], ['keystone'], ['keystone', 'neutron-server', 'nova-api', 'cinder-api']]) {
  t.test(`${daemons.join(', ')}: who has asked before is answered all the while, and soon by what is read anew`, async (t) => {
    const app = await build(t, env)
    const before = await readSummary(app)
    const instances = instancesUrl(before.demo!.id)
    const page = await read(app, instances)
    t.equal(page.status, 200)

    const statuses = new Set<number>()
    const wrong = new Set<string>()
    const load = { goesOn: true }
    const asking = Promise.all(Array.from({ length: callers }, async () => {
      while (load.goesOn) {
        for (const url of [summaryUrl, instances]) {
          const { status, body } = await read(app, url)
          statuses.add(status)
          if (url === summaryUrl && status === 200) for (const number of wrongIn(body as Summary[])) wrong.add(number)
        }
        await sleep(50)
      }
    }))
    t.teardown(() => { load.goesOn = false })

    await stop(t, ...daemons)
    await sleep(outage)
    await service('start', daemons)
    const started = performance.now()
    while (!await isRenewed() && performance.now() - started < recovery) await sleep(100)
    const back = performance.now() - started
    load.goesOn = false
    await asking

    t.ok(back < recovery, `all is read anew ${Math.round(back)} ms after ${daemons} answers`)
    t.same([...statuses], [200])
    t.same([...wrong], [], 'no number is wrong')
    t.strictSame(await readSummary(app), before)

    /** Numbers that are not what they were before, but for those that are said to be missing. */
    function wrongIn (projects: Summary[]) {
      return projects.flatMap(({ unavailable, ...project }) => Object.entries(project)
        .filter(([field, value]) => value !== before[project.name]![field] && !(value === null && unavailable !== undefined))
        .map(([field, value]) => `${field} of ${project.name} is ${value}`))
    }

    /** Whether the answers are whole, and no older than their lifetime. */
    async function isRenewed () {
      const answers = await Promise.all([summaryUrl, instances].map((url) => read(app, url)))
      const whole = !JSON.stringify(answers.map(({ body }) => body)).includes('"unavailable"')
      return whole && answers.every(({ status, headers }) => status === 200 && Number(headers.age) <= 1)
    }
  })
}
