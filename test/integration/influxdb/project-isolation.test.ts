import { randomUUID } from 'node:crypto'
import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService } from '#test/support/authenticated-service.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { noon, only, steady } from '#test/support/influxdb/points.js'
import { startRecorder } from './recorder.js'
import { between } from './service.js'

const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const rateMetrics = [
  'io.read_bytes_sec', 'io.write_bytes_sec', 'net.in_bytes_sec', 'net.out_bytes_sec', 'net.in_packets_sec',
  'net.out_packets_sec'
]

/** Lines of all measurements of an instance in a project. Each usage is `value` for half an hour. */
function linesOf (instance: string, project: string, value: number) {
  const samples = (value: number) =>
    ({ instance, samples: steady(0, 1_800, 60, value), tags: { _tenant_id: project } })
  const valueOfDevice = (metric: string) => metric.includes('bytes') ? value * 512 : value / 2
  return [
    ...only({ metric: 'cpu.utilization_norm_perc', ...samples(value) }),
    ...only({ metric: 'mem.free_perc', ...samples(100 - value) }),
    ...rateMetrics.flatMap((metric) => ['a', 'b'].flatMap((device) =>
      only({ metric, device, ...samples(valueOfDevice(metric)) })))
  ]
}

const influxd = await startInfluxd(t)
if (influxd) {
  const deleted = randomUUID()
  const ofOtherProject = randomUUID()
  await influxd.write([
    ...[adminInstanceId, demoInstanceId, deleted].flatMap((instance) => [
      ...linesOf(instance, adminProjectId, 10), ...linesOf(instance, demoProjectId, 30)
    ]),
    ...linesOf(ofOtherProject, '3f9b2c64d1e84a0ea7c05d8e1b6f7a90', 50)
  ])
  const recorder = await startRecorder(t, influxd.url)

  /**
   * For each caller and instance the usage in all buckets of all series, or a status. A caller with access to
   * all projects sees the mean of all samples, unless the cached project of the instance is known.
   */
  const expectedWith = (knowsProjects: boolean) => ({
    monitor: { [adminInstanceId]: 10, [demoInstanceId]: 404, [deleted]: 10, [ofOtherProject]: 404 },
    demo: { [adminInstanceId]: 404, [demoInstanceId]: 30, [deleted]: 30, [ofOtherProject]: 404 },
    heatLead: { [adminInstanceId]: 404, [demoInstanceId]: 404, [deleted]: 404, [ofOtherProject]: 404 },
    lead: { [adminInstanceId]: 10, [demoInstanceId]: 30, [deleted]: 10, [ofOtherProject]: 404 },
    admin: {
      [adminInstanceId]: knowsProjects ? 10 : 20,
      [demoInstanceId]: knowsProjects ? 30 : 20,
      [deleted]: 20,
      [ofOtherProject]: 50
    }
  })

  for (const CACHE of ['on', 'off']) {
    const expected = expectedWith(CACHE === 'on')
    const callers = Object.keys(expected) as Array<keyof typeof expected>
    const requests = callers.flatMap((caller) =>
      Object.entries(expected[caller]).flatMap(([instance, result]) =>
        usages.map((usage) => ({ caller, instance, usage, result }))))
    t.test(`a caller sees samples of its own projects alone, with CACHE=${CACHE}`, async t => {
      const env = { INFLUX_URL: recorder.url, CACHE, SERIES_TTL: '0' }
      const { get, tokenOf, clock } = await startService(t, env)
      clock.time = noon + 3_600_000
      const logins = await Promise.all(callers.map(async (caller) => [caller, await tokenOf(caller)]))
      const tokens = Object.fromEntries(logins)
      const check = async ({ caller, instance, usage, result }: typeof requests[number], range: string) => {
        const response = await get(`/v1/openstack/projects/${instance}/${usage}?${range}`, tokens[caller])
        const name = `${caller} ${usage} ${instance}`
        if (result === 404) return t.equal(response.statusCode, 404, name)
        for (const { metric } of response.json()) {
          t.same(new Set(metric.map(({ usage }: { usage: number }) => usage)), new Set([result]), name)
        }
      }
      for (const request of requests) await check(request, between(0, 899, '1m'))
      for (const request of requests.toReversed()) await check(request, between(0, 1_799, '1m'))
      await Promise.all(requests.map((request) => check(request, between(0, 1_799, '5m'))))
    })
  }

  t.test('the usages on a page of instances are from samples of its project alone', async t => {
    const { get, tokenOf, clock } = await startService(t, { INFLUX_URL: recorder.url })
    clock.time = noon + 1_800_000
    for (const [caller, project, instance, usage] of [
      ['monitor', adminProjectId, adminInstanceId, 10],
      ['demo', demoProjectId, demoInstanceId, 30],
      ['lead', demoProjectId, demoInstanceId, 30],
      ['admin', adminProjectId, adminInstanceId, 10]
    ] as const) {
      const url = `/v1/openstack/projects/${project}/instances?limit=1000`
      const { metric } = (await get(url, await tokenOf(caller))).json()
      const found = metric.find(({ instance_id: id }: { instance_id: string }) => id === instance)
      t.match(found, { cpuUsage: usage, memoryUsage: usage }, caller)
    }
  })

  t.test('each statement is about the project of a caller, or of an instance once it is known', async t => {
    const { get, tokenOf, clock } = await startService(t, { INFLUX_URL: recorder.url })
    clock.time = noon + 3_600_000
    const [early, late] = [between(0, 899, '1m'), between(900, 1_799, '1m')]
    for (const [caller, instance, project, range] of [
      ['admin', demoInstanceId, undefined, early],
      ['demo', demoInstanceId, demoProjectId, early],
      ['lead', adminInstanceId, adminProjectId, early],
      ['admin', adminInstanceId, adminProjectId, late]
    ] as const) {
      const token = await tokenOf(caller)
      for (const usage of usages) {
        recorder.queries.length = 0
        const url = `/v1/openstack/projects/${instance}/${usage}?${range}`
        t.equal((await get(url, token)).statusCode, 200)
        t.equal(recorder.queries.length, 1)
        const statements = recorder.queries[0]!.split('; ')
        const projects = statements.map((statement) =>
          /AND "_tenant_id" = '([^']+)' GROUP BY/.exec(statement)?.[1])
        t.same(projects, statements.map(() => project), `${caller} ${usage}`)
      }
    }
  })
}
