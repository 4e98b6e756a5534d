import assert from 'node:assert/strict'
import t from 'tap'
import { lastStatement, meanStatement, instanceProjectsStatement } from '#lib/metrics/influxdb/statements.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startSimulator } from '#simulator/simulator.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { differences } from './structure.js'

const influxd = await startInfluxd(t)
assert(influxd, 'no influxd: put it on the PATH or its path in INFLUXD')
const simulator = await startSimulator({ projects: 0, instances: 0 })
t.teardown(() => simulator.close())
const origins = [simulator.env.INFLUX_URL!, influxd.url]

const cpu = 'cpu.utilization_norm_perc'
const reads = 'io.read_bytes_sec'
const now = Date.now()
const agesMs = Array.from({ length: 40 }, (_, n) => n * 15_000)
const linesOf = (instance: string, project: string) => {
  const tags = `resource_id=${instance},_tenant_id=${project}`
  return agesMs.flatMap((ageMs) => [
    `${cpu},${tags} value=3.5 ${now - ageMs}`,
    ...['vda', 'vdb'].map((device) => `${reads},${tags},device=${device} value=1024 ${now - ageMs}`)
  ])
}
await influxd.write([...linesOf(demoInstanceId, demoProjectId), ...linesOf(adminInstanceId, adminProjectId)])

const seconds = (ageMs: number) => (now - ageMs) / 1000
const last = (measurement: string, instances: string[], sinceAgeMs = 120_000) =>
  lastStatement({ measurement, instances, since: seconds(sinceAgeMs), until: seconds(-60_000) })
const chunked = 'true'

/** The statement of means since an age, in buckets of a minute. */
const means = (
  measurement: string, perDevice: boolean, instances: string[], project?: string, ageMs = 300_000
) =>
  meanStatement({
    measurement,
    perDevice,
    instances: new Set(instances),
    project,
    window: { start: seconds(ageMs), end: seconds(-60_000), step: 60 }
  })
const mean = means(cpu, false, [demoInstanceId])
const both = [adminInstanceId, demoInstanceId]
const unknown = 'no-such-instance'
const several = [
  mean, means(reads, true, both, undefined, 90_000), means('nothing.here', false, [demoInstanceId])
].join('; ')
const yesterday = (q: string, n: number) =>
  q.split('; ').with(n, mean.replace(/time >= '[^']+'/, "time >= 'yesterday'")).join('; ')

/** The fields of a query, by the name of the test. */
const queries: Record<string, Record<string, string>> = {
  'latest sample': { q: last(cpu, [demoInstanceId, unknown]) },
  'latest samples of several instances': { q: last(cpu, [...both, unknown]) },
  means: { q: mean },
  'means of several instances': { q: means(cpu, false, [...both, unknown]) },
  'means by device': { q: means(reads, true, [demoInstanceId]) },
  'means by device of several instances': { q: means(reads, true, [...both, unknown]) },
  'means over all devices': { q: means(reads, false, [adminInstanceId]) },
  'means by device without device names': { q: means(cpu, true, both) },
  'means of an instance of the project': { q: means(cpu, false, [demoInstanceId], demoProjectId) },
  'means by device of several instances, one of them of the project': {
    q: means(reads, true, both, demoProjectId)
  },
  'means of an instance of another project': { q: means(cpu, false, [adminInstanceId], demoProjectId) },
  'projects with samples of an instance': {
    q: instanceProjectsStatement([reads, cpu, 'nothing.here'], demoInstanceId)
  },
  'whether a project has samples of an instance': {
    q: instanceProjectsStatement([cpu], demoInstanceId, demoProjectId)
  },
  'projects with samples of an unknown instance': { q: instanceProjectsStatement([cpu], unknown) },
  'several statements': { q: several },
  'several statements, chunked': { q: several, chunked },
  'means with times in ms': { q: mean, epoch: 'ms' },
  'means with times as text': { q: mean, epoch: '' },
  'unknown instance': { q: means(cpu, false, [unknown]) },
  'no samples in the range': { q: last(cpu, [demoInstanceId], -30_000) },
  'unknown measurement': { q: means('nothing.here', true, [demoInstanceId]) },
  'unknown database': { q: mean, db: 'nothing' },
  'unknown database, several statements': { q: several, db: 'nothing' },
  'unknown database, several statements, chunked': { q: several, db: 'nothing', chunked },
  'no database': { q: mean, db: '' },
  'no query': { q: '' },
  'syntax error in the query': { q: 'SELECT FROM nothing' },
  'invalid duration': { q: mean.replace('60s', '60x') },
  'invalid time': { q: yesterday(mean, 0) },
  'invalid time in one of several statements': { q: yesterday(several, 1) },
  'invalid time in one of several statements, chunked': { q: yesterday(several, 1), chunked }
}

const headers = ['content-type', 'x-influxdb-error', 'x-influxdb-build']

async function send (origin: string, path: string, body?: URLSearchParams) {
  const response = await fetch(origin + path, { method: body ? 'POST' : 'GET', body })
  const text = await response.text()
  const comparablePart = (name: string) =>
    name === 'x-influxdb-error' ? response.headers.has(name) : response.headers.get(name)?.split(';')[0]
  return {
    status: response.status,
    headers: headers.map(comparablePart),
    body: text.startsWith('{') ? merge(text.trim().split('\n')) : text
  }
}

/** Merges the results of a chunked response. */
function merge (chunks: string[]) {
  const bodies = chunks.map((chunk) => JSON.parse(chunk))
  return bodies.length === 1 ? bodies[0] : { results: bodies.flatMap(({ results }) => results) }
}

for (const [name, fields] of Object.entries(queries)) {
  t.test(`metrics: ${name}`, async (t) => {
    const body = new URLSearchParams({ db: 'mon', epoch: 's', ...fields })
    const [simulated, real] = await Promise.all(origins.map((origin) => send(origin, '/query', body)))
    t.equal(simulated!.status, real!.status, 'status')
    t.strictSame(simulated!.headers, real!.headers, 'headers')
    t.strictSame(differences(simulated!.body, real!.body), [], 'body')
    t.strictSame(columns(simulated!.body), columns(real!.body), 'names, tags and columns')
    t.strictSame(errors(simulated!.body), errors(real!.body), 'ids, partial marks and errors of statements')
  })
}

for (const path of ['/ping', '/nothing-here']) {
  t.test(`metrics: ${path}`, async (t) => {
    const [simulated, real] = await Promise.all(origins.map((origin) => send(origin, path)))
    t.strictSame(simulated, real)
  })
}

const columns = (body: any) => body.results?.flatMap(({ series = [] }: any) =>
  series.map(({ name, tags, columns }: any) => [name, tags, columns]))
const errors = (body: any) =>
  body.results?.map(({ statement_id: id, partial, error }: any) => [id, partial, error])
