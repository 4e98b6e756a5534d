import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import { createInfluxPerProject, isPerProject } from '#lib/metrics/influxdb/project-databases.js'
import type { Metric } from '#lib/metrics/usages.js'
import type { UpstreamRequest } from '#lib/upstream/request.js'
import { withBuckets } from '#test/support/buckets.js'

const window = { start: 1_768_478_400, end: 1_768_478_520, step: 60 }
const now = Date.UTC(2026, 0, 15, 13)

interface Sent { database: string | null, statements: string[] }

/**
 * A metrics store over a simulated InfluxDB.
 * @param databases the time of the newest sample of the instance `x` in each database; 0 without one
 */
function connect (databases: Record<string, number>) {
  const requests: Sent[] = []
  const seriesOf = (project: string, time: number) => ({
    tags: project === 'untagged' ? undefined : { resource_id: 'x', _tenant_id: project },
    values: [[time, 5]]
  })
  const run = (database: string | null, statement: string) => {
    if (statement === 'SHOW DATABASES') {
      return { series: [{ values: Object.keys(databases).map((name) => [name]) }] }
    }
    const named = [...statement.matchAll(/"([^"]+)"\.\."cpu/g)].map(([, name]) => name!)
    const read = named.length > 0 ? named : [database!]
    const missing = read.find((name) => !(name in databases))
    if (missing !== undefined) return { error: `database not found: ${missing}` }
    const series = read.filter((name) => databases[name])
      .map((name) => seriesOf(name.slice('mon_'.length), databases[name]!))
    return { series }
  }
  const upstream = async (_: string, { body }: UpstreamRequest) => {
    const form = new URLSearchParams(body)
    const [database, statements] = [form.get('db'), form.get('q')!.split('; ')]
    requests.push({ database, statements })
    const results = statements.map((statement, id) => ({ statement_id: id, ...run(database, statement) }))
    return { status: 200, headers: {}, body: [{ results }] }
  }
  const settings = { url: 'http://influx', database: 'mon_%(project_id)s' }
  return { influx: withBuckets(createInfluxPerProject(upstream, settings, { now: () => now })), requests }
}

t.test('only a setting with the placeholder means a database for each project', (t) => {
  t.ok(isPerProject('mon_%(project_id)s'))
  for (const name of ['mon', 'mon_project_id', 'project_id', '%s']) t.notOk(isPerProject(name), name)
  t.end()
})

t.test('a read of a project is one request to its database', async (t) => {
  const { influx, requests } = connect({ mon_p: 1_768_478_400, mon_q: 1_768_478_400 })
  t.ok(influx.needsProject)
  t.same(await influx.series(['cpu'], 'x', window, 'p'), [[{ time: 1_768_478_400, usage: 5 }]])
  t.match(await influx.latest(['cpu'], ['x'], 0, 'q'), [new Map([['x', { usage: 5 }]])])
  t.same(await influx.projectsOf('x', 'p'), ['p'])
  t.same(requests.map(({ database }) => database), ['mon_p', 'mon_q', 'mon_p'])
  for (const { statements: [statement] } of requests) t.match(statement, /AND "_tenant_id" = '[pq]' GROUP BY/)
})

t.test('a project without a database has no samples', async (t) => {
  const { influx } = connect({ mon_p: 1 })
  t.same(await influx.series(['networkIn', 'networkOut'], 'x', window, 'none'), [[], []])
  t.same(await influx.latest(['cpu', 'memory'], ['x'], 0, 'none'), [new Map(), new Map()])
  t.same(await influx.projectsOf('x', 'none'), [])
})

t.test('any other failure of a project\'s database is an error', async (t) => {
  const fail = async () => { throw new UpstreamError('metrics', 'timeout', 'did not respond') }
  const settings = { url: 'http://influx', database: 'mon_%(project_id)s' }
  const influx = createInfluxPerProject(fail, settings, { now: () => now })
  await t.rejects(influx.series(['cpu'], 'x', window, 'p'), { message: /did not respond/ })
  await t.rejects(influx.check(), { message: /did not respond/ })
})

t.test('without a project, a series is that of the project with the newest sample', async (t) => {
  const { influx, requests } = connect({
    mon_p: 1_768_478_400, mon_q: 1_768_478_460, mon_r: 0, mon: 5, other: 5
  })
  t.same(await influx.projectsOf('x'), ['q', 'p'])
  t.same(requests.map(({ database, statements }) => [database, statements.length]), [['', 1], ['', 1]])
  t.equal(requests[1]!.statements[0], 'SELECT last("value") FROM ' +
    ['p', 'q', 'r'].map((id) => `"mon_${id}".."cpu.utilization_norm_perc"`).join(', ') +
    ' WHERE ("resource_id" = \'x\') GROUP BY "_tenant_id"')
  t.same(await influx.series(['cpu'], 'x', window), [[{ time: 1_768_478_460, usage: 5 }]])
  t.equal(requests.at(-1)!.database, 'mon_q')
})

t.test('an instance of no project has empty series', async (t) => {
  t.same(await connect({ mon_p: 0 }).influx.series(['networkIn', 'networkOut'], 'x', window), [[], []])
  const { influx, requests } = connect({ mon: 5, 'mon_a.b': 5, 'mon_"': 5 })
  t.same(await connect({ mon_untagged: 5 }).influx.projectsOf('x'), [])
  t.same(await influx.projectsOf('x'), [])
  t.equal(requests.length, 1, 'no database is that of a project')
})

t.test('many databases are searched in one request of several statements', async (t) => {
  const names = Array.from({ length: 401 }, (_, i) => `mon_p${i}`)
  const { influx, requests } = connect({ ...Object.fromEntries(names.map((name) => [name, 0])), mon_p400: 7 })
  t.same(await influx.projectsOf('x'), ['p400'])
  t.same(requests.map(({ statements }) => statements.length), [1, 3])
})

t.test('the latest usages of instances of several projects come from the database of each', async (t) => {
  const { influx, requests } = connect({ mon_p: 1_768_478_400, mon_q: 1_768_478_460 })
  const owners = new Map([['x', 'p'], ['y', 'q'], ['z', 'none']])
  await influx.latest(['cpu'], ['x', 'y', 'z'], 0, owners)
  const read = requests.map(({ database, statements }) => [database, /'([xyz])'/.exec(statements[0]!)?.[1]])
  t.same(read.sort(), [['mon_none', 'z'], ['mon_p', 'x'], ['mon_q', 'y']])
})

t.test('a ranking is of the databases of all projects, or of those that are given', async (t) => {
  const metrics: Metric[] = ['networkIn', 'networkOut']
  const ranking = { metrics, order: 'desc' as const, limit: 5, since: 0 }
  const { influx, requests } = connect({ mon_p: 1_768_478_400, mon_q: 1_768_478_460 })
  const usage = 2 * Math.round(500 / 1024) / 100
  t.same(await influx.top(ranking), {
    instances: ['p', 'q'].map((project) => ({ instance: 'x', project, usage })), exact: true
  })
  requests.length = 0
  const { instances } = await influx.top({ ...ranking, projects: ['q', 'none'] })
  t.same(instances, [{ instance: 'x', project: 'q', usage }])
  t.same(requests.map(({ database }) => database).sort(), ['mon_none', 'mon_q'])
})

t.test('the latest usages need a project', async (t) => {
  await t.rejects(connect({ mon_p: 1 }).influx.latest(['cpu'], ['x'], 0), {
    name: 'UpstreamError', message: /needs a project/
  })
})

t.test('the check reads one database of a project, and fails without any', async (t) => {
  const { influx, requests } = connect({ mon: 1, mon_p: 0, mon_q: 0 })
  await influx.check()
  t.same(requests.map(({ database }) => database), ['', 'mon_p'])
  await t.rejects(connect({ mon: 1 }).influx.check(), { message: /check INFLUX_DATABASE$/ })
})

t.test('the queued reads of all projects are counted', async (t) => {
  const { influx } = connect({ mon_p: 1, mon_q: 1 })
  t.equal(influx.queued(), 0)
  const reads = ['p', 'q'].map((project) => influx.series(['cpu'], 'x', window, project))
  t.equal(influx.queued(), 2)
  await Promise.all(reads)
  t.equal(influx.queued(), 0)
})

t.test('series of several instances are read from the database of their project', async (t) => {
  const { influx, requests } = connect({ mon_p: 1_768_478_400 })
  const lists = await influx.seriesOfMany(['cpu'], ['x', 'y'], window, 'p')
  t.same(lists, [[[{ time: 1_768_478_400, usage: 5 }]], [[]]])
  t.same(requests.map(({ database }) => database), ['mon_p'])
  t.same(await influx.seriesOfMany(['cpu', 'memory'], ['x', 'y'], window, 'none'), [[[], []], [[], []]])
  await t.rejects(influx.seriesOfMany(['cpu'], ['x'], window), { message: /needs a project/ })
  t.equal(await influx.bindsProject(), true)
})
