import assert from 'node:assert/strict'
import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { lastStatement, meanStatement, instanceProjectsStatement } from '#lib/metrics/influxdb/statements.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { differences } from './shape.js'

const influxd = await startInfluxd(t)
assert(influxd, 'no influxd: put it on the PATH or its path in INFLUXD')
const simulator = await startSimulator({ projects: 0, instances: 0 })
t.teardown(() => simulator.close())

const now = Date.now()
const ages = Array.from({ length: 40 }, (_, n) => n * 15_000)
await influxd.write([
  [demoInstanceId, demoProjectId], [adminInstanceId, adminProjectId]
].flatMap(([id, project]) => ages.flatMap((age) => [
  `cpu.utilization_norm_perc,resource_id=${id},_tenant_id=${project} value=3.5 ${now - age}`,
  ...['vda', 'vdb'].map(
    (device) =>
      `io.read_bytes_sec,resource_id=${id},_tenant_id=${project},device=${device} value=1024 ${now - age}`
  )
])))

const instant = (ago: number) => new Date(now - ago).toISOString()
const window = (number: number, ago: number, seconds: number) =>
  ({
    [`start${number}`]: instant(ago),
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
const bound = (more: object) => JSON.stringify({ ...params, ...more })
const cpu = 'cpu.utilization_norm_perc'
const reads = 'io.read_bytes_sec'
const mean = meanStatement(cpu, false, [0], 0)
const several = [
  mean, meanStatement(reads, true, [0, 2], 1), meanStatement('nothing.here', false, [0], 0)
].join('; ')

const forms: Record<string, Record<string, string>> = {
  'the newest sample': { q: lastStatement(cpu, [0, 1]) },
  'the newest samples of several': { q: lastStatement(cpu, [2, 0, 1]) },
  means: { q: mean },
  'means of several instances': { q: meanStatement(cpu, false, [2, 0, 1], 0) },
  'means of the devices of an instance': { q: meanStatement(reads, true, [0], 0) },
  'means of the devices of several instances': { q: meanStatement(reads, true, [2, 0, 1], 0) },
  'means of all devices together': { q: meanStatement(reads, false, [2], 0) },
  'means of devices that have no names': { q: meanStatement(cpu, true, [2, 0], 0) },
  'means of a project\'s own instance': { q: meanStatement(cpu, false, [0], 0, true) },
  'means of the devices of instances, of which one is the project\'s own': {
    q: meanStatement(reads, true, [2, 0], 1, true)
  },
  'means of another project\'s instance': { q: meanStatement(cpu, false, [2], 0, true) },
  'the projects that have samples of an instance': {
    q: instanceProjectsStatement([reads, cpu, 'nothing.here'])
  },
  'the projects that have samples of no instance': {
    q: instanceProjectsStatement([cpu]), params: bound({ id0: 'no-such-instance' })
  },
  'several statements': { q: several },
  'several statements, in pieces': { q: several, chunked: 'true' },
  'means with times in ms': { q: mean, epoch: 'ms' },
  'means with times as text': { q: mean, epoch: '' },
  'no samples of the instance': { q: meanStatement(cpu, false, [1], 0) },
  'no samples since then': { q: lastStatement(cpu, [0, 1]), params: bound({ since: instant(-60_000) }) },
  'no such measurement': { q: meanStatement('nothing.here', true, [0], 0) },
  'no such database': { q: mean, db: 'nothing' },
  'no such database, several statements': { q: several, db: 'nothing' },
  'no such database, several statements, in pieces': { q: several, db: 'nothing', chunked: 'true' },
  'no database': { q: mean, db: '' },
  'no query': { q: '' },
  'a query that cannot be read': { q: 'SELECT FROM nothing' },
  'a parameter that is not given': { q: mean, params: bound({ id0: undefined }) },
  'parameters that cannot be read': { q: mean, params: '{' },
  'a duration that is none': { q: mean, params: bound({ step0: { duration: '60x' } }) },
  'a step that is text': { q: mean, params: bound({ step0: '60s' }) },
  'a time that is none': { q: mean, params: bound({ start0: 'yesterday' }) },
  'one of several with a time that is none': { q: several, params: bound({ start1: 'yesterday' }) },
  'one of several with a time that is none, in pieces': {
    q: several, params: bound({ start1: 'yesterday' }), chunked: 'true'
  }
}

const headers = ['content-type', 'x-influxdb-error', 'x-influxdb-build']

async function send (origin: string, path: string, body?: URLSearchParams) {
  const answer = await fetch(origin + path, { method: body ? 'POST' : 'GET', body })
  const text = await answer.text()
  const form = (name: string) =>
    name === 'x-influxdb-error' ? answer.headers.has(name) : answer.headers.get(name)?.split(';')[0]
  return {
    status: answer.status,
    headers: headers.map(form),
    body: text.startsWith('{') ? merge(text.trim().split('\n')) : text
  }
}

/** An answer in one piece as it is, and one in several with all of their results. */
function merge ([first, ...more]: string[]) {
  const body = JSON.parse(first!)
  return more.length === 0
    ? body
    : {
        results: [first!, ...more].flatMap((piece) => JSON.parse(piece).results)
      }
}

for (const [name, fields] of Object.entries(forms)) {
  t.test(`metrics: ${name}`, async (t) => {
    const body = new URLSearchParams({ db: 'mon', epoch: 's', params: JSON.stringify(params), ...fields })
    const [simulated, real] = await Promise.all(
      [simulator.env.INFLUX_URL!, influxd.url].map((origin) => send(origin, '/query', body))
    )
    t.equal(simulated!.status, real!.status, 'status')
    t.strictSame(simulated!.headers, real!.headers, 'headers')
    t.strictSame(differences(simulated!.body, real!.body), [], 'body')
    t.strictSame(columns(simulated!.body), columns(real!.body), 'names, tags and columns')
    t.strictSame(errors(simulated!.body), errors(real!.body), 'numbers, parts and errors of statements')
  })
}

for (const path of ['/ping', '/nothing-here']) {
  t.test(`metrics: ${path}`, async (t) => {
    const [simulated, real] = await Promise.all(
      [simulator.env.INFLUX_URL!, influxd.url].map((origin) => send(origin, path))
    )
    t.strictSame(simulated, real)
  })
}

const columns = (body: any) =>
  body.results?.flatMap(
    ({ series = [] }: any) => series.map(({ name, tags, columns }: any) => [name, tags, columns])
  )
const errors = (body: any) =>
  body.results?.map(({ statement_id: id, partial, error }: any) => [id, partial, error])
