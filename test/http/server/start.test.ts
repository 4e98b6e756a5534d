import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startSimulator } from '#simulator/simulator.js'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { series, summary } from '#test/support/redis/replicas.js'
import { runServer } from '#test/support/server-process.js'

const allUp = { identity: 'up', compute: 'up', network: 'up', 'block-storage': 'up', metrics: 'up' }

/** Repeats a request until its status is 200, or until its body has a status, and returns the body. */
async function waitForSuccess (url: string, status?: string) {
  for (;;) {
    const response = await fetch(url)
    const body = await response.json()
    if (response.status === 200 && (status === undefined || body.status === status)) return body
    await sleep(50)
  }
}

t.test('starts while the cloud is down, and is ready when it is back', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  await simulator.close()
  const { logged } = runServer(t, { ...simulator.env, PORT: '0' })
  const origin = (await logged('credential reach unknown'))!
  for (const path of [summary, series('cpuUsage')]) t.equal((await fetch(origin + path)).status, 503, path)
  for (const path of ['/healthz', '/readyz']) t.equal((await fetch(origin + path)).status, 200, path)
  await simulator.reopen()
  t.same(await waitForSuccess(`${origin}/readyz`, 'ready'), { status: 'ready', upstreams: allUp })
  t.ok((await waitForSuccess(origin + summary)).length > 0)
  t.match(await waitForSuccess(origin + series('cpuUsage')), [{ name: 'cpu' }])
})

t.test('starts while InfluxDB is down, and is ready when it is back', async (t) => {
  const influxd = await startInfluxd(t)
  if (influxd === undefined) return
  await influxd.stop()
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const { logged } = runServer(t, { ...simulator.env, INFLUX_URL: influxd.url, PORT: '0' })
  const origin = (await logged('"reach":"all"'))!
  const degraded = await fetch(`${origin}/readyz`)
  t.equal(degraded.status, 200)
  t.same(await degraded.json(), { status: 'degraded', upstreams: { ...allUp, metrics: 'unreachable' } })
  t.ok((await waitForSuccess(origin + summary)).length > 0, 'the summary needs no metrics')
  await influxd.start()
  t.same(await waitForSuccess(`${origin}/readyz`, 'ready'), { status: 'ready', upstreams: allUp })
  t.same(await waitForSuccess(origin + series('cpuUsage')), [{ name: 'cpu', metric: [] }])
})

t.test('listens on one address of a host name', async (t) => {
  const simulator = await startSimulator({ projects: 0, instances: 0 })
  t.teardown(() => simulator.close())
  const { logged, output } = runServer(t, { ...simulator.env, HOST: 'localhost', PORT: '0' })
  t.match(await logged('"reach":"all"'), /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal(output.stdout.split('listening at').length, 2)
})
