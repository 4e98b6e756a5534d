import { randomUUID } from 'node:crypto'
import t from 'tap'
import { confusions, expressions, oddIds, statements } from '#test/robustness/hostile/texts.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines } from '#test/support/influxdb/points.js'
import { startRecorder } from './recorder.js'
import { between, startService } from './service.js'

const routes = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const range = between(0, 59, '1m')

// Those that are no id, nor, as `..` is, a path of their own to `inject`.
const texts = [
  ...statements, ...expressions, ...confusions
].filter(text => !/^([\w-]{0,64}|\.\.)$/.test(text))
const durations = [...texts, '1u', '1e9s', '1m\n', '١m', '*']
const instants = [...texts, '2026-01-01', '2026-02-30T00:00:00Z', '-1', 'NaN']

const influxd = await startInfluxd(t)
if (influxd) {
  const instance = randomUUID()
  await influxd.write(lines({ instance, metric: 'cpu.utilization_norm_perc', samples: [[0, 42], [30, 44]] }))
  const recorder = await startRecorder(t, influxd.url)
  const { get, usage } = await startService(t, recorder.url)
  const contents = async () => [
    await influxd.query('SHOW DATABASES'),
    await influxd.query('SHOW SERIES ON mon'),
    await influxd.query('SELECT * FROM /.*/')
  ]
  const before = await contents()

  t.test('hostile ids are refused before anything is asked', async t => {
    for (const text of texts) {
      for (const path of [
        ...routes.map(route => `${encodeURIComponent(text)}/${route}?${range}`),
        `${encodeURIComponent(text)}/instances?limit=10`
      ]) {
        const answer = await get(path)
        t.equal(answer.statusCode, 400, JSON.stringify(path.slice(0, 80)))
        t.match(answer.headers['content-type'], /^application\/problem\+json/)
      }
    }
    t.strictSame(recorder.queries, [])
  })

  t.test('and so are hostile ranges, and parameters that there are none of', async t => {
    const encoded = (texts: string[]) => texts.map(encodeURIComponent)
    const queries = [
      ...encoded(durations).flatMap(
        text => [
          `defaultTimeRange=10m&groupBy=${text}`,
          `defaultTimeRange=${text}&groupBy=1m`,
          `timeRangeFrom=${text}&timeRangeTo=1m&groupBy=1m`
        ]
      ),
      ...encoded(instants).flatMap(
        text => [
          `timeRangeFrom=${text}&timeRangeTo=1m&groupBy=1m`, `timeRangeFrom=1m&timeRangeTo=${text}&groupBy=1m`
        ]
      ),
      `${range}&q=DROP`, `${range}&db=other`, `${range}&groupBy=1m`, `${range}&id=other`,
      `${range}&groupBy[]=1m`, `${range}&__proto__=1`, `${range}&timerangefrom=1m`
    ]
    for (const [n, query] of queries.entries()) {
      const route = routes[n % routes.length]
      t.equal((await get(`${instance}/${route}?${query}`)).statusCode, 400, `${route}?${query.slice(0, 200)}`)
    }
    t.strictSame(recorder.queries, [])
  })

  t.test('ids that are odd and allowed are bound: they name nothing else', async t => {
    for (const id of oddIds) {
      t.strictSame(await usage(id, 'cpuUsage', range), { cpu: [] }, id)
    }
    const odd = ['-', '__proto__', '2026-01-01', '1m', '0']
    await influxd.write(
      odd.flatMap(
        (id, i) => `cpu.utilization_norm_perc,resource_id=${id} value=${i + 1} ${Date.UTC(2026, 0, 15, 12)}`
      )
    )
    for (const [i, id] of odd.entries()) {
      t.strictSame(await usage(id, 'cpuUsage', range), { cpu: [[0, i + 1]] }, id)
    }
    for (const { q } of recorder.queries) {
      t.notMatch(q, /__proto__|2026-01-01|aaaa/, 'nothing that a caller sent is in the text of a query')
    }
    for (const id of odd) await influxd.query(`DROP SERIES WHERE resource_id = '${id}'`)
  })

  t.test('nothing was dropped or written', async t => {
    t.strictSame(await contents(), before)
    t.strictSame((await usage(instance, 'cpuUsage', range)).cpu, [[0, 43]])
  })
}
