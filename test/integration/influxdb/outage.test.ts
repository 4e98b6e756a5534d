import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Problem } from '#schemas/problem.js'
import type { Test } from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'

const influxd = await startInfluxd(t)
if (influxd) {
  const instance = randomUUID()
  const series = `${instance}/cpuUsage?${between(0, 59, '1m')}`
  await influxd.write(lines({ instance, metric: 'cpu.utilization_norm_perc', samples: [[0, 42]] }))
  const { port } = new URL(influxd.url)

  /** An error of the metrics store's that says no more than its role. */
  const isProblem = (t: Test, answer: Answer, status: number) => {
    t.equal(answer.statusCode, status, answer.body)
    t.match(answer.headers['content-type'], /^application\/problem\+json/)
    const problem = answer.json<Problem>()
    t.match(problem, { status, type: String, title: String, detail: String, instance: String })
    t.match(`${problem.title} ${problem.detail}`, 'metrics')
    t.notMatch(
      answer.body,
      new RegExp(`127\\.0\\.0\\.1|${port}|ECONN|InfluxDB|SELECT|\\bat /`, 'i'),
      'no address, no inner words'
    )
  }

  t.test('an unknown database is a bad gateway', async t => {
    const { get, instances, crowd } = await startService(t, influxd.url, {
      env: { INFLUX_DATABASE: 'missing' }
    })
    for (const route of ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']) {
      isProblem(t, await get(`${instance}/${route}?${between(0, 59, '1m')}`), 502)
    }
    const { project } = await crowd()
    const page = await instances(project)
    t.strictSame(page.unavailable, ['metrics'])
    t.ok(
      page.metric.length > 0 && page.metric.every(
        ({ cpuUsage, memoryUsage }) => cpuUsage === null && memoryUsage === null
      )
    )
  })

  t.test('a store that went away, and came back', async t => {
    const { get, instances, crowd } = await startService(t, influxd.url)
    const { project, ids } = await crowd()
    t.equal((await get(series)).statusCode, 200)
    t.notOk('unavailable' in await instances(project))

    await influxd.stop()
    for (let i = 0; i < 12; i++) {
      const answer = await get(series)
      isProblem(t, answer, 503)
      t.match(answer.headers['retry-after'], /^[1-9]\d*$/)
    }
    const page = await instances(project)
    t.strictSame(page.unavailable, ['metrics'])
    t.strictSame(page.metric.map(found => found.instance_id), ids)
    t.ok(page.metric.every(({ cpuUsage, memoryUsage }) => cpuUsage === null && memoryUsage === null))
    t.equal(page.totalCnt, ids.length)

    await influxd.start()
    const recovered = Date.now()
    let answer = await get(series)
    for (; answer.statusCode !== 200 && Date.now() - recovered < 30_000; answer = await get(series)) {
      await sleep(100)
    }
    t.match(
      answer.json(),
      [{ name: 'cpu', metric: [{ usage: 42 }] }],
      `answered again after ${Date.now() - recovered} ms`
    )
    t.notOk('unavailable' in await instances(project))
  })

  t.test('a store that is away when the service starts', async t => {
    await influxd.stop()
    const { get } = await startService(t, influxd.url)
    isProblem(t, await get(series), 503)
    await influxd.start()
    let answer = await get(series)
    for (let i = 0; answer.statusCode !== 200 && i < 300; answer = await get(series), i++) await sleep(100)
    t.match(answer.json(), [{ name: 'cpu', metric: [{ usage: 42 }] }])
  })

  t.test('a store that accepts and does not answer', async t => {
    const { get, instances, crowd } = await startService(t, influxd.url, { env: { UPSTREAM_TIMEOUT: '1s' } })
    const { project } = await crowd()
    await influxd.pause()
    t.teardown(influxd.resume)
    const started = Date.now()
    isProblem(t, await get(series), 504)
    t.ok(Date.now() - started < 5_000, 'within the limit of one call, and its retry')
    t.strictSame((await instances(project)).unavailable, ['metrics'])
  })
}

type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof startService>>['get']>>
