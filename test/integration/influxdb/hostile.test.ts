import { randomUUID } from 'node:crypto'
import t from 'tap'
import { influxqlFragments, misleadingTexts, patterns, unusualIds } from '#test/robustness/hostile/texts.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon } from '#test/support/influxdb/points.js'
import { startRecorder } from './recorder.js'
import { between, startService } from './service.js'

const routes = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const range = between(0, 59, '1m')

// Without valid ids, and without `..`, which `inject` resolves to another path.
const texts = [...influxqlFragments, ...patterns, ...misleadingTexts]
  .filter(text => !/^([\w-]{0,64}|\.\.)$/.test(text))
const durations = [...texts, '1u', '1e9s', '1m\n', '١m', '*'].map(encodeURIComponent)
const instants = [...texts, '2026-01-01', '2026-02-30T00:00:00Z', '-1', 'NaN'].map(encodeURIComponent)

const influxd = await startInfluxd(t)
if (influxd) {
  const instance = randomUUID()
  const metric = 'cpu.utilization_norm_perc'
  await influxd.write(lines({ instance, metric, samples: [[0, 42], [30, 44]] }))
  const recorder = await startRecorder(t, influxd.url)
  const { get, usage } = await startService(t, recorder.url)
  const contents = async () => [
    await influxd.query('SHOW DATABASES'),
    await influxd.query('SHOW SERIES ON mon'),
    await influxd.query('SELECT * FROM /.*/')
  ]
  const before = await contents()

  t.test('hostile ids are rejected without a query', async t => {
    for (const text of texts.map(encodeURIComponent)) {
      for (const path of [...routes.map(route => `${route}?${range}`), 'instances?limit=10']) {
        const response = await get(`${text}/${path}`)
        t.equal(response.statusCode, 400, `${text.slice(0, 80)}/${path}`)
        t.match(response.headers['content-type'], /^application\/problem\+json/)
      }
    }
    t.strictSame(recorder.queries, [])
  })

  t.test('hostile ranges and unknown parameters are rejected without a query', async t => {
    const queries = [
      ...durations.flatMap(text => [
        `defaultTimeRange=10m&groupBy=${text}`, `defaultTimeRange=${text}&groupBy=1m`,
        `timeRangeFrom=${text}&timeRangeTo=1m&groupBy=1m`
      ]),
      ...instants.flatMap(text => [
        `timeRangeFrom=${text}&timeRangeTo=1m&groupBy=1m`, `timeRangeFrom=1m&timeRangeTo=${text}&groupBy=1m`
      ]),
      ...['q=DROP', 'db=other', 'groupBy=1m', 'id=other', 'groupBy[]=1m', '__proto__=1', 'timerangefrom=1m']
        .map(parameter => `${range}&${parameter}`)
    ]
    for (const [n, query] of queries.entries()) {
      const route = routes[n % routes.length]
      const { statusCode } = await get(`${instance}/${route}?${query}`)
      t.equal(statusCode, 400, `${route}?${query.slice(0, 200)}`)
    }
    t.strictSame(recorder.queries, [])
  })

  t.test('odd but valid ids are literals, and match no other series', async t => {
    for (const id of unusualIds) t.strictSame(await usage(id, 'cpuUsage', range), { cpu: [] }, id)
    const ids = ['-', '__proto__', '2026-01-01', '1m', '0']
    await influxd.write(ids.map((id, i) => `${metric},resource_id=${id} value=${i + 1} ${noon}`))
    for (const [i, id] of ids.entries()) {
      t.strictSame(await usage(id, 'cpuUsage', range), { cpu: [[0, i + 1]] }, id)
    }
    for (const [i, q] of recorder.queries.entries()) {
      t.ok(q.includes(`("resource_id" = '${[...unusualIds, ...ids][i]}')`), 'an id is one quoted literal')
    }
    for (const id of ids) await influxd.query(`DROP SERIES WHERE resource_id = '${id}'`)
  })

  t.test('no data was dropped or written', async t => {
    t.strictSame(await contents(), before)
    t.strictSame((await usage(instance, 'cpuUsage', range)).cpu, [[0, 43]])
  })
}
