import assert from 'node:assert/strict'
import t from 'tap'
import { startSimulator } from '../../demo/simulator.js'
import { demoInstanceId } from '../../demo/seed.js'
import { deviceSumStatement, lastStatement, meanStatement } from '../../lib/influx/statements.js'
import { startInfluxd } from '../influxd.js'
import { differences } from './shape.js'

const influxd = await startInfluxd(t)
assert(influxd, 'no influxd: put it on the PATH or its path in INFLUXD')
const simulator = await startSimulator({ projects: 0, instances: 0 })
t.teardown(() => simulator.close())

const now = Date.now()
const ages = Array.from({ length: 40 }, (_, n) => n * 15_000)
await influxd.write(ages.flatMap((age) => [
  `cpu.utilization_norm_perc,resource_id=${demoInstanceId} value=3.5 ${now - age}`,
  ...['vda', 'vdb'].map((device) => `io.read_bytes_sec,resource_id=${demoInstanceId},device=${device} value=1024 ${now - age}`)
]))

const instant = (ago: number) => new Date(now - ago).toISOString()
const params = {
  id: demoInstanceId, id0: demoInstanceId, id1: 'no-such-instance', since: instant(120_000), start: instant(300_000), end: instant(-60_000), step: { duration: '60s' }
}
const cpu = 'cpu.utilization_norm_perc'
const mean = meanStatement(cpu)

const forms: Record<string, Record<string, string>> = {
  'the newest sample': { q: lastStatement(cpu, 0, 1) },
  means: { q: mean },
  'means summed over devices': { q: deviceSumStatement('io.read_bytes_sec') },
  'several statements': { q: [mean, lastStatement(cpu, 0, 0), meanStatement('nothing.here')].join('; ') },
  'means with times in ms': { q: mean, epoch: 'ms' },
  'means with times as text': { q: mean, epoch: '' },
  'no samples of the instance': { q: mean, params: JSON.stringify({ ...params, id: 'no-such-instance' }) },
  'no samples since then': { q: lastStatement(cpu, 0, 1), params: JSON.stringify({ ...params, since: instant(-60_000) }) },
  'no such measurement': { q: deviceSumStatement('nothing.here') },
  'no such database': { q: mean, db: 'nothing' },
  'no such database, several statements': { q: `${mean}; ${mean}`, db: 'nothing' },
  'no database': { q: mean, db: '' },
  'no query': { q: '' },
  'a query that cannot be read': { q: 'SELECT FROM nothing' },
  'a parameter that is not given': { q: mean, params: JSON.stringify({ ...params, id: undefined }) },
  'parameters that cannot be read': { q: mean, params: '{' },
  'a duration that is none': { q: mean, params: JSON.stringify({ ...params, step: { duration: '60x' } }) },
  'a step that is text': { q: mean, params: JSON.stringify({ ...params, step: '60s' }) },
  'a time that is none': { q: mean, params: JSON.stringify({ ...params, start: 'yesterday' }) }
}

const headers = ['content-type', 'x-influxdb-error', 'x-influxdb-build']

async function send (origin: string, path: string, body?: URLSearchParams) {
  const answer = await fetch(origin + path, { method: body ? 'POST' : 'GET', body })
  const text = await answer.text()
  const form = (name: string) => name === 'x-influxdb-error' ? answer.headers.has(name) : answer.headers.get(name)?.split(';')[0]
  return { status: answer.status, headers: headers.map(form), body: text.startsWith('{') ? JSON.parse(text) : text }
}

for (const [name, fields] of Object.entries(forms)) {
  t.test(`metrics: ${name}`, async (t) => {
    const body = new URLSearchParams({ db: 'mon', epoch: 's', params: JSON.stringify(params), ...fields })
    const [simulated, real] = await Promise.all([simulator.env.INFLUX_URL!, influxd.url].map((origin) => send(origin, '/query', body)))
    t.equal(simulated!.status, real!.status, 'status')
    t.strictSame(simulated!.headers, real!.headers, 'headers')
    t.strictSame(differences(simulated!.body, real!.body), [], 'body')
    t.strictSame(columns(simulated!.body), columns(real!.body), 'names and columns')
    t.strictSame(errors(simulated!.body), errors(real!.body), 'errors of statements')
  })
}

for (const path of ['/ping', '/nothing-here']) {
  t.test(`metrics: ${path}`, async (t) => {
    const [simulated, real] = await Promise.all([simulator.env.INFLUX_URL!, influxd.url].map((origin) => send(origin, path)))
    t.strictSame(simulated, real)
  })
}

const columns = (body: any) => body.results?.flatMap(({ series = [] }: any) => series.map(({ name, columns }: any) => [name, columns]))
const errors = (body: any) => body.results?.map(({ error }: any) => error)
