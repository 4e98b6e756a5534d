import t from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { simulate, withLiterals } from '#test/support/simulator-client.js'
import { cpu, last, mean, meanOfDevices, meanOfProject, instanceProjects } from './statements.js'

const now = Date.parse('2026-05-04T12:00:07Z')
const { simulator, query } = await simulate(t, { projects: 5, instances: 60, now: () => now })
const influx = simulator.env.INFLUX_URL

const iso = (ms: number) => new Date(ms).toISOString()
const window = { id: adminInstanceId, start: iso(now - 607_000), end: iso(now), step: { duration: '1m' } }

const recent = { start: iso(now - 60_000), end: iso(now) }

t.test('responds to a ping', async (t) => {
  for (const method of ['GET', 'HEAD']) {
    const response = await fetch(`${influx}/ping`, { method })
    t.equal(response.status, 204)
    t.ok(response.headers.get('request-id'))
    t.equal(response.headers.get('x-request-id'), response.headers.get('request-id'))
  }
  t.equal((await fetch(`${influx}/nothing`)).status, 404)
})

t.test('returns the latest value of several instances, each with its tag', async (t) => {
  const { body } = await query(last(cpu, ['b', 'a', 'c']), {
    ...recent, a: adminInstanceId, b: demoInstanceId, c: 'none'
  })
  t.match(body.results, [{
    statement_id: 0,
    series: [
      {
        name: cpu,
        tags: { resource_id: adminInstanceId },
        columns: ['time', 'last'],
        values: [[1777896000, Number]]
      },
      {
        name: cpu, tags: { resource_id: demoInstanceId }, columns: ['time', 'last'], values: [[1777896000, 3]]
      }
    ]
  }])
  const ofProject = last(cpu, ['a', 'b']).replace(' GROUP', ' AND "_tenant_id" = $project GROUP')
  const own = await query(ofProject, {
    ...recent, a: adminInstanceId, b: demoInstanceId, project: demoProjectId
  })
  const ownOnly = [{ series: [{ tags: { resource_id: demoInstanceId } }] }]
  t.match(own.body.results, ownOnly, 'only instances of the project')
  t.equal(own.body.results[0].series.length, 1)
  const late = await query(last(cpu, ['a']), { start: iso(now), end: iso(now + 60_000), a: adminInstanceId })
  t.strictSame(late.body, { results: [{ statement_id: 0 }] }, 'no sample is that recent')
  const earlier = await query(last(cpu, ['a']), { ...recent, end: iso(now - 20_000), a: adminInstanceId })
  t.strictSame(earlier.body.results[0].series[0].values[0][0], 1777895985)
})

t.test('returns means of an instance only for its own project', async (t) => {
  const [plain] = (await query(mean(cpu), window)).body.results
  const ofProject = async (project: string) =>
    (await query(meanOfProject(cpu), { ...window, project })).body.results
  t.strictSame(await ofProject(adminProjectId), [plain])
  t.strictSame(await ofProject(demoProjectId), [{ statement_id: 0 }])
})

t.test('returns the projects of an instance\'s series, by measurement', async (t) => {
  const statement = instanceProjects('net.in_bytes_sec', cpu, 'nothing')
  const [result] = (await query(statement, { id: adminInstanceId })).body.results
  const rest = { tags: { _tenant_id: adminProjectId }, columns: ['time', 'last'], values: [[Number, Number]] }
  t.match(result.series, [{ name: cpu, ...rest }, { name: 'net.in_bytes_sec', ...rest }])
  t.strictSame((await query(instanceProjects(cpu), { id: 'none' })).body.results, [{ statement_id: 0 }])
  const ofProject = instanceProjects(cpu).replace(' GROUP', ' AND "_tenant_id" = $project GROUP')
  for (const [project, count] of [[adminProjectId, 1], [demoProjectId, 0]] as const) {
    const { body } = await query(ofProject, { id: adminInstanceId, project })
    t.equal(body.results[0].series?.length ?? 0, count)
  }
})

t.test('returns means in aligned buckets', async (t) => {
  const [result] = (await query(mean(cpu), window)).body.results
  const [series] = result.series
  t.strictSame([series.name, series.columns, series.tags], [
    cpu, ['time', 'usage'], { resource_id: adminInstanceId }
  ])
  t.strictSame(
    series.values.map(([time]: number[]) => time), Array.from({ length: 11 }, (_, n) => 1777895400 + 60 * n)
  )
  t.ok(series.values.every(([, value]: number[]) => value! >= 0 && value! <= 100))
  const long = { ...window, id: demoInstanceId, step: { duration: '1h30m' } }
  const constant = (await query(mean(cpu), long)).body
  t.strictSame(constant.results[0].series[0].values, [[1777890600, 3], [1777896000, 3]])
})

t.test('a bucket is the mean of its samples, of all devices together or of each', async (t) => {
  const valuesBy = async (duration: string) =>
    (await query(mean(cpu), { ...window, step: { duration } })).body.results[0].series[0].values
  const fine = await valuesBy('15s')
  const coarse = await valuesBy('1m')
  const first = fine.slice(0, 4).map(([, value]: number[]) => value)
  t.equal(coarse[0][1].toFixed(6), (first.reduce((a: number, b: number) => a + b) / 4).toFixed(6))
  const statements = `${meanOfDevices('io.read_bytes_sec')}; ${mean('io.read_bytes_sec')};`
  const [each, all] = (await query(statements, window)).body.results
  const tags = ['vda', 'vdb'].map((device) => ({ device, resource_id: adminInstanceId }))
  t.strictSame(each.series.map((series: any) => series.tags), tags)
  const sum = each.series.reduce((sum: number, { values }: any) => sum + values[0][1], 0)
  t.equal(sum.toFixed(3), (2 * all.series[0].values[0][1]).toFixed(3))
})

t.test('returns the series of several instances, sorted by device and id', async (t) => {
  const names = { ...window, a: demoInstanceId, b: adminInstanceId, c: 'none' }
  for (const form of [mean, meanOfDevices]) {
    const series = async (...ids: string[]) =>
      (await query(form('net.in_bytes_sec', ids), names)).body.results[0].series
    const combined = await series('a', 'b', 'c', 'b')
    const single = [...await series('a'), ...await series('b')]
    const setOf = (list: object[]) => new Set(list.map((one) => JSON.stringify(one)))
    t.strictSame(setOf(combined), setOf(single))
    const order = combined.map(({ tags: { device = '', resource_id: id } }: any) => `${device} ${id}`)
    t.strictSame(order, [...order].sort())
  }
})

t.test('the instance of the API examples uses no memory', async (t) => {
  const statements = ['mem.total_mb', 'mem.free_mb', 'mem.free_perc'].map((name) => mean(name)).join(';')
  const { body } = await query(statements, { ...window, id: demoInstanceId })
  t.strictSame(body.results.map(({ series }: any) => series[0].values[0][1]), [512, 512, 100])
})

t.test('bytes and packets of each network direction agree', async (t) => {
  for (const direction of ['in', 'out']) {
    const names = [`net.${direction}_bytes_sec`, `net.${direction}_packets_sec`, 'io.write_bytes_sec']
    const { body } = await query(names.map((name) => meanOfDevices(name)).join(';'), window)
    const [bytes, packets, disk] = body.results.map(({ series }: any) => series[0].values[3][1])
    t.ok(bytes / packets >= 499 && bytes / packets <= 901, 'packets have a realistic size')
    t.ok(disk > 0)
  }
})

t.test('returns no series for an unknown measurement or instance, or an empty window', async (t) => {
  const statements = [mean('nothing'), meanOfDevices('nothing'), last('nothing', ['id'])].join(';')
  const { body } = await query(statements, window)
  t.strictSame(body, { results: [{ statement_id: 0 }, { statement_id: 1 }, { statement_id: 2 }] })
  t.strictSame((await query(mean(cpu), { ...window, id: 'none' })).body, { results: [{ statement_id: 0 }] })
  t.strictSame((await query(mean(cpu), { ...window, start: window.end })).body, {
    results: [{ statement_id: 0 }]
  })
})

t.test('has samples of the last thirty days, and none of the future', async (t) => {
  const { body } = await query(mean(cpu), {
    ...window, start: iso(now - 400 * 864e5), end: iso(now + 864e5), step: { duration: '1d' }
  })
  const { values } = body.results[0].series[0]
  t.equal(values.length, 31)
  t.strictSame([values[0][0], values.at(-1)[0]], [1775260800, 1777852800])
})

t.test('reads a week in buckets of five minutes in less than 100 ms of processor time', async (t) => {
  const week = { ...window, start: iso(now - 7 * 864e5), step: { duration: '5m' } }
  await query(meanOfDevices('net.in_bytes_sec'), week)
  const start = process.cpuUsage()
  const { body } = await query(meanOfDevices('net.in_bytes_sec'), week)
  t.ok(process.cpuUsage(start).user < 100_000)
  t.equal(body.results[0].series[0].values.length, 2017)
})

t.test('writes times in the requested unit', async (t) => {
  const time = async (fields: Record<string, string>) =>
    (await query(mean(cpu), window, fields)).body.results[0].series[0].values[0][0]
  t.equal(await time({ epoch: '' }), '2026-05-04T11:50:00Z')
  t.equal(await time({ epoch: 'ms' }), 1777895400000)
  t.equal(await time({ epoch: 'fortnight' }), 1777895400000000000)
})

t.test('accepts a query in the URL', async (t) => {
  const url = new URL(`${influx}/query`)
  url.search = String(new URLSearchParams({ q: withLiterals(mean(cpu), window), db: 'mon', epoch: 's' }))
  t.match(await (await fetch(url)).json(), { results: [{ series: [{ name: cpu }] }] })
})
