import t from 'tap'
import { demoInstanceId as instanceId, demoProjectId as projectId } from '#simulator/seed.js'
import { startService } from '#test/support/service.js'

const projects = '/v1/openstack/projects'
const headers = { accept: 'text/csv' }

const series = `${projects}/${instanceId}/usages?defaultTimeRange=5m&groupBy=1m&usage=networkIo,cpuUsage`
const ofMany = `${projects}/${projectId}/instances/usages?defaultTimeRange=5m&groupBy=1m&usage=networkIo` +
  `&instances=${instanceId},none`

/** The header line and the first column of each table, and the same values in the JSON of the route. */
const tables: Record<string, { header: RegExp, expected: (json: any) => string[] }> = {
  [`${projects}/summary`]: {
    header: /^id,name,description,enabled,instancesLimit,instancesUsed,.*,volumeStorageUsedGb,unavailable$/,
    expected: (json) => json.map(({ id, name }: { id: string, name: string }) => `${id},${name}`)
  },
  [`${projects}/${projectId}/instances?limit=3`]: {
    header: /^instance_id,name,address,cpuUsage,memoryUsage,vcpus,.*,tenant_id,zone,unavailable$/,
    expected: ({ metric }) => metric.map((one: Record<string, string>) => `${one.instance_id},${one.name}`)
  },
  [series]: {
    header: /^time,networkIo\.in,networkIo\.out,cpuUsage\.cpu$/,
    expected: ({ start, usages: [io, cpu] }) => io.series[0].values.map((value: number | null, i: number) =>
      [timeAt(start, i), value, io.series[1].values[i], cpu.series[0].values[i]].join())
  },
  [ofMany]: {
    header: /^time,instance_id,networkIo\.in,networkIo\.out$/,
    expected: ({ start, instances }) => instances.flatMap(({ instance_id: id, usages: [io] }: any) =>
      io.series[0].values.map((value: number | null, i: number) =>
        [timeAt(start, i), id, value, io.series[1].values[i]].join()))
  }
}
const timeAt = (start: number, minute: number) =>
  new Date((start + 60 * minute) * 1000).toISOString().replace('.000Z', 'Z')

for (const [url, { header, expected }] of Object.entries(tables)) {
  t.test(`${url} is a table of the same entries, and JSON for others`, async (t) => {
    const { app } = await startService(t, { env: { CACHE: 'on' } })
    const json = (await app.inject(url)).json()
    const entries = expected(json)
    t.not(entries.length, 0)
    for (let n = 0; n < 2; n++) {
      const response = await app.inject({ url, headers })
      t.match(response.headers, { 'content-type': 'text/csv; charset=utf-8', vary: /^accept, / })
      const [first = '', ...lines] = response.body.split('\r\n')
      t.match(first, header)
      t.equal(lines.pop(), '')
      t.equal(lines.length, entries.length)
      for (const [i, entry] of entries.entries()) t.ok(lines[i]!.startsWith(entry), entry)
      const etag = String(response.headers.etag)
      const again = await app.inject({ url, headers: { ...headers, 'if-none-match': etag } })
      t.equal(again.statusCode, 304)
      t.match(again.headers.vary, /^accept, /)
      t.equal((await app.inject({ url, headers: { 'if-none-match': etag } })).statusCode, 200)
    }
    for (const accept of ['application/json', 'image/png', '*/*']) {
      const response = await app.inject({ url, headers: { accept } })
      t.match(response.headers['content-type'], /^application\/json/)
      t.same(response.json(), json)
    }
  })
}

t.test('each line says which upstreams its values are missing of', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
  const { body } = await app.inject({ url: `${projects}/${projectId}/instances?limit=3`, headers })
  const lines = body.split('\r\n').slice(1, -1)
  t.not(lines.length, 0)
  for (const line of lines) t.match(line, /,metrics$/)
})

t.test('times are in RFC 3339, and unknown values are empty', async (t) => {
  const { app, simulator } = await startService(t)
  const server = {
    id: 's', name: '=1+1', addresses: {}, 'OS-SRV-USG:launched_at': '2026-11-23T08:24:50.000000'
  }
  simulator.intercept = ({ path }) =>
    path === '/v2.1/servers/detail' ? { status: 200, body: { servers: [server] } } : undefined
  const { body } = await app.inject({ url: `${projects}/${projectId}/instances?limit=3`, headers })
  t.match(body.split('\r\n')[1], /^s,'=1\+1,,,,,,,,,2026-11-23T08:24:50Z,,\d+,[0-9a-f]{32},,$/)
})

t.test('a problem is no table', async (t) => {
  const { app } = await startService(t)
  const response = await app.inject({ url: `${projects}/summary?limit=0`, headers })
  t.match(response.headers['content-type'], 'application/problem+json')
})
