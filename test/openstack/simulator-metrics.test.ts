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

const instant = (ageMs: number) => new Date(now - ageMs).toISOString()
const window = (number: number, ageMs: number, seconds: number) => ({
  [`start${number}`]: instant(ageMs),
  [`end${number}`]: instant(-60_000),
  [`step${number}`]: { duration: `${seconds}s` }
})
const params = {
  id0: demoInstanceId,
  id1: 'no-such-instance',
  id2: adminInstanceId,
  project0: demoProjectId,
  project1: demoProjectId,
  since: instant(120_000),
  ...window(0, 300_000, 60),
  ...window(1, 90_000, 15)
}
const changed = (changes: object) => JSON.stringify({ ...params, ...changes })
const mean = meanStatement(cpu, false, [0], 0)
const several = [
  mean, meanStatement(reads, true, [0, 2], 1), meanStatement('nothing.here', false, [0], 0)
].join('; ')
const chunked = 'true'

/** The fields of a query, by the name of the test. */
const queries: Record<string, Record<string, string>> = {
  'latest sample': { q: lastStatement(cpu, [0, 1]) },
  'latest samples of several instances': { q: lastStatement(cpu, [2, 0, 1]) },
  means: { q: mean },
  'means of several instances': { q: meanStatement(cpu, false, [2, 0, 1], 0) },
  'means by device': { q: meanStatement(reads, true, [0], 0) },
  'means by device of several instances': { q: meanStatement(reads, true, [2, 0, 1], 0) },
  'means over all devices': { q: meanStatement(reads, false, [2], 0) },
  'means by device without device names': { q: meanStatement(cpu, true, [2, 0], 0) },
  'means of an instance of the project': { q: meanStatement(cpu, false, [0], 0, true) },
  'means by device of several instances, one of them of the project': {
    q: meanStatement(reads, true, [2, 0], 1, true)
  },
  'means of an instance of another project': { q: meanStatement(cpu, false, [2], 0, true) },
  'projects with samples of an instance': { q: instanceProjectsStatement([reads, cpu, 'nothing.here']) },
  'projects with samples of an unknown instance': {
    q: instanceProjectsStatement([cpu]), params: changed({ id0: 'no-such-instance' })
  },
  'several statements': { q: several },
  'several statements, chunked': { q: several, chunked },
  'means with times in ms': { q: mean, epoch: 'ms' },
  'means with times as text': { q: mean, epoch: '' },
  'unknown instance': { q: meanStatement(cpu, false, [1], 0) },
  'no samples in the range': { q: lastStatement(cpu, [0, 1]), params: changed({ since: instant(-60_000) }) },
  'unknown measurement': { q: meanStatement('nothing.here', true, [0], 0) },
  'unknown database': { q: mean, db: 'nothing' },
  'unknown database, several statements': { q: several, db: 'nothing' },
  'unknown database, several statements, chunked': { q: several, db: 'nothing', chunked },
  'no database': { q: mean, db: '' },
  'no query': { q: '' },
  'syntax error in the query': { q: 'SELECT FROM nothing' },
  'missing parameter': { q: mean, params: changed({ id0: undefined }) },
  'syntax error in the parameters': { q: mean, params: '{' },
  'invalid duration': { q: mean, params: changed({ step0: { duration: '60x' } }) },
  'step as text': { q: mean, params: changed({ step0: '60s' }) },
  'invalid time': { q: mean, params: changed({ start0: 'yesterday' }) },
  'invalid time in one of several statements': { q: several, params: changed({ start1: 'yesterday' }) },
  'invalid time in one of several statements, chunked': {
    q: several, params: changed({ start1: 'yesterday' }), chunked
  }
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
    const body = new URLSearchParams({ db: 'mon', epoch: 's', params: JSON.stringify(params), ...fields })
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
