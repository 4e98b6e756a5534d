import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { noon, only } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'

const maxBuckets = 11_000

interface Problem {
  errors: Array<{ parameter: string, message: string }>
}

const influxd = await startInfluxd(t)
if (influxd) {
  const { get, usage } = await startService(t, influxd.url, { clock: () => noon + maxBuckets * 1_000 })

  t.test(`a series of ${maxBuckets} buckets is complete`, async t => {
    const instance = randomUUID()
    const samples = (value: (second: number) => number): Sample[] =>
      Array.from({ length: maxBuckets + 100 }, (_, second) => [second, value(second)])
    const packets = { instance, device: 'a' }
    await influxd.write([
      ...only({ instance, metric: 'cpu.utilization_norm_perc', samples: samples(second => second % 97) }),
      ...only({ instance, metric: 'mem.free_mb', samples: samples(second => second % 64) }),
      ...only({ instance, metric: 'mem.total_mb', samples: samples(() => 64) }),
      ...only({ ...packets, metric: 'net.in_packets_sec', samples: samples(second => second) }),
      ...only({ ...packets, metric: 'net.in_packets_sec', device: 'b', samples: samples(() => 1) }),
      ...only({ ...packets, metric: 'net.out_packets_sec', samples: samples(second => second * 2) })
    ])
    const expected = (value: (second: number) => number) =>
      Array.from({ length: maxBuckets }, (_, second) => [second, Math.round(value(second) * 100) / 100])
    const query = between(0, maxBuckets - 1, '1s')

    t.strictSame((await usage(instance, 'cpuUsage', query)).cpu, expected(second => second % 97))
    const { memory } = await usage(instance, 'memUsage', query)
    t.strictSame(memory, expected(second => 100 - second % 64 / 64 * 100))
    const network = await usage(instance, 'networkPackets', query)
    t.strictSame(network.in, expected(second => second + 1))
    t.strictSame(network.out, expected(second => second * 2))
  })

  t.test('one bucket more is rejected', async t => {
    const response = await get(`${randomUUID()}/cpuUsage?${between(0, maxBuckets, '1s')}`)
    t.equal(response.statusCode, 400)
    t.match(response.headers['content-type'], /^application\/problem\+json/)
    const { errors } = response.json<Problem>()
    t.strictSame(errors.map(error => error.parameter), ['groupBy'])
    t.match(errors[0]?.message, /\b2s\b/)
  })

  t.test('the suggested groupBy is the smallest that is accepted', async t => {
    const seconds = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }
    const request = (range: string, groupBy: number) =>
      get(`${randomUUID()}/cpuUsage?${range}&groupBy=${groupBy}s`)

    const ranges = [
      'defaultTimeRange=1d', 'defaultTimeRange=30d', 'defaultTimeRange=52w', 'defaultTimeRange=11000s',
      'defaultTimeRange=22000s', 'defaultTimeRange=10999m', `timeRangeFrom=0&timeRangeTo=${noon / 1000}`,
      'timeRangeFrom=2026-01-01T00:00:00Z&timeRangeTo=2026-01-08T00:00:00Z'
    ]
    for (const range of ranges) {
      const response = await request(range, 1)
      t.equal(response.statusCode, 400, range)
      const message = response.json<Problem>().errors[0]?.message ?? ''
      const suggested = /fits is ((?:\d+[smhdw])+)/.exec(message)?.[1] ?? ''
      const groupBy = [...suggested.matchAll(/(\d+)([smhdw])/g)]
        .reduce((sum, [, count, unit]) => sum + Number(count) * seconds[unit as 's'], 0)
      t.ok(groupBy > 1, `${range}: ${suggested}`)
      t.equal((await request(range, groupBy)).statusCode, 200, `${range} by ${groupBy}s`)
      t.equal((await request(range, groupBy - 1)).statusCode, 400, `${range} by ${groupBy - 1}s`)
    }
  })

  t.test('a groupBy that is not a number of whole seconds is rejected', async t => {
    const rejected = [
      '0s', '0', '1', '1u', '500ms', '1ns', '-1m', '%2B1m', '1.5m', 'm', '', '1M', '1m%20', '1m1', 'Infinity',
      '9999999999w', '1m;DROP'
    ]
    for (const groupBy of rejected) {
      const response = await get(`${randomUUID()}/cpuUsage?defaultTimeRange=10m&groupBy=${groupBy}`)
      t.equal(response.statusCode, 400, groupBy)
      t.strictSame(response.json<Problem>().errors.map(error => error.parameter), ['groupBy'], groupBy)
    }
  })
}
