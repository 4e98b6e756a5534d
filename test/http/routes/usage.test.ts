import t from 'tap'
import { startService } from '#test/support/service.js'

const instance = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'
const ranges = ['defaultTimeRange=10m&groupBy=1m', 'timeRangeFrom=10m&timeRangeTo=30m&groupBy=1m']
const names = {
  cpuUsage: ['cpu'],
  memUsage: ['memory'],
  diskRead: ['read'],
  diskWrite: ['write'],
  networkIo: ['in', 'out'],
  networkPackets: ['in', 'out']
}

t.test('answers each of the contract\'s requests in its shape, from one metrics request', async (t) => {
  const { app, simulator, count } = await startService(t)
  for (const [route, expected] of Object.entries(names)) {
    for (const range of ranges) {
      simulator.calls.length = 0
      const series = (await app.inject(`/v1/openstack/projects/${instance}/${route}?${range}`)).json()
      t.same(series.map(({ name }: { name: string }) => name), expected)
      for (const { metric } of series) {
        const times = metric.map(({ time }: { time: number }) => time)
        t.ok(times.length >= 10 && times.length <= 21, `${times.length} buckets`)
        t.same(times, times.map((_: number, i: number) => times[0] + i * 60))
        t.ok(metric.every(({ usage }: { usage: number }) => usage >= 0 && Math.abs(usage * 100 - Math.round(usage * 100)) < 1e-6))
      }
      t.equal(count('metrics'), 1)
      t.equal(simulator.calls.length, 1, 'a series needs the metrics store alone')
    }
  }
})

t.test('answers an instance that the store does not know with an empty series', async (t) => {
  const { app } = await startService(t)
  const answer = await app.inject(`/v1/openstack/projects/nobody/networkIo?${ranges[0]}`)
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), [{ name: 'in', metric: [] }, { name: 'out', metric: [] }])
})

t.test('answers with series while the cloud is away', async (t) => {
  const { app, simulator } = await startService(t)
  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? undefined : 'reset'
  t.equal((await app.inject(`/v1/openstack/projects/${instance}/cpuUsage?${ranges[0]}`)).statusCode, 200)
})

t.test('says what the metrics store did', async (t) => {
  const { app, simulator } = await startService(t, { env: { UPSTREAM_TIMEOUT: '1s' } })
  const url = `/v1/openstack/projects/${instance}/memUsage?${ranges[0]}`
  const expected: Array<[NonNullable<ReturnType<NonNullable<typeof simulator.intercept>>>, number]> = [
    ['reset', 503],
    ['hang', 504],
    [{ status: 500, body: 'secret' }, 502],
    [{ status: 401, body: { error: 'secret' } }, 502],
    [{ status: 200, body: '<html>secret' }, 502],
    [{ status: 200, body: { results: [{ error: 'database not found: secret' }] } }, 502],
    [{ status: 200, body: { results: [null] } }, 502],
    [{ status: 200, body: { results: [{}] } }, 502]
  ]
  for (const [answer, status] of expected) {
    simulator.intercept = () => answer
    const { statusCode, headers, body } = await app.inject(url)
    t.equal(statusCode, status, JSON.stringify(answer))
    t.equal(headers['content-type'], 'application/problem+json; charset=utf-8')
    t.equal(headers['retry-after'], status === 503 ? '5' : undefined)
    t.match(body, 'metrics')
    t.notMatch(body, /secret|127\.0\.0\.1|node:/)
  }
})
