import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { build, instancesUrl, read, readSummary, summaryUrl } from './cloud.js'
import type { Summary } from './cloud.js'
import { countedBetween, countedBy } from '#test/robustness/faults/counted.js'
import { record } from '#test/robustness/faults/record.js'
import { service, stop } from './service.js'

t.setTimeout(240_000)

/**
 * Milliseconds that an outage is asked through, and within which all is well again once the service answers.
 */
const [outage, recovery] = [4_000, 5_000]
/** Who asks at once: enough for a service that fails to be left alone for a while. */
const callers = 8

// What lacks its loads is not kept, so a metrics store is needed, if without any samples.
const simulator = await startSimulator({ projects: 0, instances: 0 })
t.teardown(() => simulator.close())
const env = {
  INFLUX_URL: simulator.env.INFLUX_URL!,
  OS_CLOUD: 'admin',
  CACHE: 'on',
  SUMMARY_TTL: '1s',
  INSTANCES_TTL: '1s',
  UPSTREAM_TIMEOUT: '2s'
}

/** Both routes about a project, by its name and id. */
const urlsOf = ({ name, id }: Summary) => [`${summaryUrl}?projectName=${name}`, instancesUrl(id)]

for (const daemons of [
  ['cinder-api'],
  ['neutron-server'],
  ['nova-api'],
  ['keystone'],
  ['keystone', 'neutron-server', 'nova-api', 'cinder-api']
]) {
  t.test(`${daemons.join(
    ', '
  )}: who has asked before is answered all the while, and soon by what is read anew`, async (t) => {
    const app = await build(t, env)
    const metrics = { get: async (path: string) => ({ text: (await app.inject(path)).body }) }
    const before = await readSummary(await build(t, env))
    const [known, unknown] = [urlsOf(before.demo!), urlsOf(before.web!)]
    for (const url of known) t.equal((await read(app, url)).status, 200)
    const countedBefore = await countedBy(metrics)

    const [statuses, missing, wrong] = [new Set<number>(), new Set<string>(), new Set<string>()]
    const times: number[] = []
    const load = { goesOn: true }
    const asking = Promise.all(Array.from({ length: callers }, async () => {
      while (load.goesOn) {
        for (const url of known) {
          const { status, body, ms } = await ask(url)
          statuses.add(status)
          for (const role of missingIn(status, body)) missing.add(role)
          times.push(ms)
          for (const number of wrongIn(url, status, body)) wrong.add(number)
        }
        await sleep(50)
      }
    }))
    t.teardown(() => { load.goesOn = false })

    await stop(t, ...daemons)
    const [summary, instances] = await Promise.all(unknown.map(ask))
    await sleep(outage)
    const counted = countedBetween(countedBefore, await countedBy(metrics))
    await service('start', daemons)
    const started = performance.now()
    while (!await isRenewed() && performance.now() - started < recovery) await sleep(100)
    const back = performance.now() - started
    load.goesOn = false
    await asking

    t.ok(back < recovery, `all is read anew ${Math.round(back)} ms after ${daemons} answers`)
    t.same([...statuses], [200])
    for (const [i, { status, body }] of [summary!, instances!].entries()) {
      for (const number of wrongIn(unknown[i]!, status, body)) wrong.add(number)
    }
    t.same([...wrong], [], 'no number is wrong')
    t.ok(counted.length > 0, 'and what failed is counted')
    t.strictSame(await readSummary(app), before)
    record({
      fault: `${daemons.join(', ')} stopped`,
      summary: toldOf(summary!),
      instances: toldOf(instances!),
      known: { statuses: [...statuses], missing: [...missing].sort() },
      slowest: Math.round(Math.max(...times, summary!.ms, instances!.ms)),
      back: Math.round(back),
      counted
    })

    async function ask (url: string) {
      const start = performance.now()
      return { ...await read(app, url), ms: performance.now() - start }
    }

    /** Numbers of a summary that are not what they were before, but for those that are said to be missing. */
    function wrongIn (url: string, status: number, body: unknown) {
      if (status !== 200 || !url.startsWith(summaryUrl)) return []
      return (body as Summary[]).flatMap(({ unavailable, ...project }) => Object.entries(project)
        .filter(
          ([field, value]) => value !== before[project.name]![field] &&
            !(value === null && unavailable !== undefined)
        )
        .map(([field, value]) => `${field} of ${project.name} is ${value}`))
    }

    /** Whether the answers are whole, and no older than their lifetime. */
    async function isRenewed () {
      const answers = await Promise.all([...known, ...unknown].map((url) => read(app, url)))
      const whole = !JSON.stringify(answers.map(({ body }) => body)).includes('"unavailable"')
      return whole && answers.every(({ status, headers }) => status === 200 && Number(headers.age) <= 1)
    }
  })
}

const toldOf = ({ status, body }: { status: number, body: unknown }) => ({
  statuses: [status], missing: missingIn(status, body)
})

/** The roles that an answer says are missing in it. */
const missingIn = (status: number, body: unknown) =>
  status === 200 ? [body as Summary | Summary[]].flat().flatMap(({ unavailable = [] }) => unavailable) : []
