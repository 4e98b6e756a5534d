import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'
import type { Page } from './service.js'

const influxd = await startInfluxd(t)
if (influxd) {
  const instance = randomUUID()
  const series = `${instance}/cpuUsage?${between(0, 59, '1m')}`
  await influxd.write(lines({ instance, metric: 'cpu.utilization_norm_perc', samples: [[0, 42]] }))
  const { port } = new URL(influxd.url)

  /** Checks that a response is a problem which names the metrics store, and no internals. */
  const isProblem = (t: Test, response: Response, status: number) => {
    t.equal(response.statusCode, status, response.body)
    t.match(response.headers['content-type'], /^application\/problem\+json/)
    const problem = response.json<{ title: string, detail: string }>()
    t.match(problem, { status, type: String, title: String, detail: String, instance: String })
    t.match(`${problem.title} ${problem.detail}`, 'metrics')
    const internals = new RegExp(`127\\.0\\.0\\.1|${port}|ECONN|InfluxDB|SELECT|\\bat /`, 'i')
    t.notMatch(response.body, internals, 'no address and no internals')
  }

  const hasNoUsages = ({ metric }: Page) =>
    metric.every(({ cpuUsage, memoryUsage }) => cpuUsage === null && memoryUsage === null)

  t.test('an unknown database is a bad gateway', async t => {
    const env = { INFLUX_DATABASE: 'missing' }
    const { get, instances, largestProject } = await startService(t, influxd.url, { env })
    for (const route of ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']) {
      isProblem(t, await get(`${instance}/${route}?${between(0, 59, '1m')}`), 502)
    }
    const { project } = await largestProject()
    const page = await instances(project)
    t.strictSame(page.unavailable, ['metrics'])
    t.ok(page.metric.length > 0 && hasNoUsages(page))
  })

  t.test('requests fail with 503 while the store is down, and succeed again after its restart', async t => {
    const { get, instances, largestProject } = await startService(t, influxd.url)
    const { project, ids } = await largestProject()
    t.equal((await get(series)).statusCode, 200)
    t.notOk('unavailable' in await instances(project))

    await influxd.stop()
    for (let i = 0; i < 12; i++) {
      const response = await get(series)
      isProblem(t, response, 503)
      t.match(response.headers['retry-after'], /^[1-9]\d*$/)
    }
    const page = await instances(project)
    t.strictSame(page.unavailable, ['metrics'])
    t.strictSame(page.metric.map(found => found.instance_id), ids)
    t.ok(hasNoUsages(page))
    t.equal(page.totalCnt, ids.length)

    await influxd.start()
    const restarted = Date.now()
    let response = await get(series)
    while (response.statusCode !== 200 && Date.now() - restarted < 30_000) {
      await sleep(100)
      response = await get(series)
    }
    const message = `recovered after ${Date.now() - restarted} ms`
    t.match(response.json(), [{ name: 'cpu', metric: [{ usage: 42 }] }], message)
    t.notOk('unavailable' in await instances(project))
  })

  t.test('the service starts while the store is down', async t => {
    await influxd.stop()
    const { get } = await startService(t, influxd.url)
    isProblem(t, await get(series), 503)
    await influxd.start()
    let response = await get(series)
    for (let i = 0; response.statusCode !== 200 && i < 300; i++) {
      await sleep(100)
      response = await get(series)
    }
    t.match(response.json(), [{ name: 'cpu', metric: [{ usage: 42 }] }])
  })

  t.test('a store that accepts connections and does not respond is a gateway timeout', async t => {
    const env = { UPSTREAM_TIMEOUT: '1s' }
    const { get, instances, largestProject } = await startService(t, influxd.url, { env })
    const { project } = await largestProject()
    await influxd.pause()
    t.teardown(influxd.resume)
    const started = Date.now()
    isProblem(t, await get(series), 504)
    t.ok(Date.now() - started < 5_000, 'within the limit of a request and its retry')
    t.strictSame((await instances(project)).unavailable, ['metrics'])
  })
}

type Response = Awaited<ReturnType<Awaited<ReturnType<typeof startService>>['get']>>
