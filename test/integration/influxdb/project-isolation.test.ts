import { randomUUID } from 'node:crypto'
import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService } from '#test/support/authenticated-service.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { noon, only, steady } from '#test/support/influxdb/points.js'
import { startRecorder } from './recorder.js'
import { between } from './service.js'

const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const rates = ['io.read_bytes_sec', 'io.write_bytes_sec', 'net.in_bytes_sec', 'net.out_bytes_sec', 'net.in_packets_sec', 'net.out_packets_sec']

/** All measurements of an instance in a project's name: whatever is read of them comes to `value`, in each minute of half an hour. */
function samples (instance: string, project: string, value: number) {
  const samples = (value: number) => ({ instance, samples: steady(0, 1_800, 60, value), tags: { _tenant_id: project } })
  return [
    ...only({ metric: 'cpu.utilization_norm_perc', ...samples(value) }),
    ...only({ metric: 'mem.free_perc', ...samples(100 - value) }),
    ...rates.flatMap((metric) => ['a', 'b'].flatMap((device) => only({ metric, device, ...samples(metric.includes('bytes') ? value * 512 : value / 2) })))
  ]
}

const influxd = await startInfluxd(t)
if (influxd) {
  const gone = randomUUID()
  const others = randomUUID()
  await influxd.write([
    ...[adminInstanceId, demoInstanceId, gone].flatMap((instance) => [...samples(instance, adminProjectId, 10), ...samples(instance, demoProjectId, 30)]),
    ...samples(others, '3f9b2c64d1e84a0ea7c05d8e1b6f7a90', 50)
  ])
  const recorder = await startRecorder(t, influxd.url)

  /** What each sees of each instance: the one value that all buckets of all its series have, or a status. Who sees all sees the mean of what there is. */
  const expected = {
    monitor: { [adminInstanceId]: 10, [demoInstanceId]: 404, [gone]: 10, [others]: 404 },
    demo: { [adminInstanceId]: 404, [demoInstanceId]: 30, [gone]: 30, [others]: 404 },
    heatLead: { [adminInstanceId]: 404, [demoInstanceId]: 404, [gone]: 404, [others]: 404 },
    lead: { [adminInstanceId]: 10, [demoInstanceId]: 30, [gone]: 10, [others]: 404 },
    admin: { [adminInstanceId]: 20, [demoInstanceId]: 20, [gone]: 20, [others]: 50 }
  }
  const callers = Object.keys(expected) as Array<keyof typeof expected>
  const questions = callers.flatMap((caller) => Object.entries(expected[caller]).flatMap(([instance, seen]) => usages.map((usage) => ({ caller, instance, usage, seen }))))

  for (const CACHE of ['on', 'off']) {
    t.test(`each project reads its own samples alone, with CACHE=${CACHE}`, async t => {
      const { get, tokenOf, clock } = await startService(t, { INFLUX_URL: recorder.url, CACHE, SERIES_TTL: '0' })
      clock.time = noon + 3_600_000
      const tokens = Object.fromEntries(await Promise.all(callers.map(async (caller) => [caller, await tokenOf(caller)])))
      const ask = async ({ caller, instance, usage, seen }: typeof questions[number], range: string) => {
        const answer = await get(`/v1/openstack/projects/${instance}/${usage}?${range}`, tokens[caller])
        const name = `${caller} ${usage} ${instance}`
        if (seen === 404) return t.equal(answer.statusCode, 404, name)
        for (const { metric } of answer.json()) t.same(new Set(metric.map(({ usage }: { usage: number }) => usage)), new Set([seen]), name)
      }
      for (const question of questions) await ask(question, between(0, 899, '1m'))
      for (const question of questions.toReversed()) await ask(question, between(0, 1_799, '1m'))
      await Promise.all(questions.map((question) => ask(question, between(0, 1_799, '5m'))))
    })
  }

  t.test('and so are the loads on a page of its instances', async t => {
    const { get, tokenOf, clock } = await startService(t, { INFLUX_URL: recorder.url })
    clock.time = noon + 1_800_000
    for (const [caller, project, instance, load] of [
      ['monitor', adminProjectId, adminInstanceId, 10], ['demo', demoProjectId, demoInstanceId, 30], ['lead', demoProjectId, demoInstanceId, 30]
    ] as const) {
      const { metric } = (await get(`/v1/openstack/projects/${project}/instances?limit=1000`, await tokenOf(caller))).json()
      t.match(metric.find(({ instance_id: id }: { instance_id: string }) => id === instance), { cpuUsage: load, memoryUsage: load }, caller)
    }
  })

  t.test('the project is bound in each query of a caller who does not see all', async t => {
    const { get, tokenOf, clock } = await startService(t, { INFLUX_URL: recorder.url })
    clock.time = noon + 3_600_000
    for (const [caller, instance, project] of [['demo', demoInstanceId, demoProjectId], ['lead', adminInstanceId, adminProjectId], ['admin', adminInstanceId, undefined]] as const) {
      const token = await tokenOf(caller)
      for (const usage of usages) {
        recorder.queries.length = 0
        t.equal((await get(`/v1/openstack/projects/${instance}/${usage}?${between(0, 899, '1m')}`, token)).statusCode, 200)
        t.equal(recorder.queries.length, 1)
        for (const { q, params } of recorder.queries) {
          const names = q.split('; ').map((statement) => /AND "_tenant_id" = \$(project[0-9]+) GROUP BY/.exec(statement)?.[1])
          t.same(names.map((name) => name && JSON.parse(params)[name]), names.map(() => project), `${caller} ${usage}`)
        }
      }
    }
  })
}
