import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { noon, only } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'

const most = 11_000

const influxd = await startInfluxd(t)
if (influxd) {
  const { get, usage } = await startService(t, influxd.url)

  t.test(`${most} buckets come whole`, async t => {
    const instance = randomUUID()
    const samples = (value: (second: number) => number): Sample[] =>
      Array.from({ length: most + 100 }, (_, second) => [second, value(second)])
    await influxd.write([
      ...only({ instance, metric: 'cpu.utilization_norm_perc', samples: samples(second => second % 97) }),
      ...only({ instance, metric: 'mem.free_mb', samples: samples(second => second % 64) }),
      ...only({ instance, metric: 'mem.total_mb', samples: samples(() => 64) }),
      ...only({ instance, metric: 'net.in_packets_sec', device: 'a', samples: samples(second => second) }),
      ...only({ instance, metric: 'net.in_packets_sec', device: 'b', samples: samples(() => 1) }),
      ...only({
        instance, metric: 'net.out_packets_sec', device: 'a', samples: samples(second => second * 2)
      })
    ])
    const expected = (value: (second: number) => number) =>
      Array.from({ length: most }, (_, second) => [second, Math.round(value(second) * 100) / 100])
    const query = between(0, most - 1, '1s')

    t.strictSame((await usage(instance, 'cpuUsage', query)).cpu, expected(second => second % 97))
    t.strictSame(
      (await usage(instance, 'memUsage', query)).memory, expected(second => 100 - second % 64 / 64 * 100)
    )
    const packets = await usage(instance, 'networkPackets', query)
    t.strictSame(packets.in, expected(second => second + 1))
    t.strictSame(packets.out, expected(second => second * 2))
  })

  t.test('one bucket more is refused, and so is the database spared', async t => {
    const answer = await get(`${randomUUID()}/cpuUsage?${between(0, most, '1s')}`)
    t.equal(answer.statusCode, 400)
    t.match(answer.headers['content-type'], /^application\/problem\+json/)
    const { errors } = answer.json<{ errors: Array<{ parameter: string, message: string }> }>()
    t.strictSame(errors.map(error => error.parameter), ['groupBy'])
    t.match(errors[0]?.message, /\b2s\b/)
  })

  t.test('the groupBy that is named fits, and none smaller does', async t => {
    const seconds = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }
    const status = async (range: string, groupBy: number) =>
      (await get(`${randomUUID()}/cpuUsage?${range}&groupBy=${groupBy}s`)).statusCode

    const ranges = [
      'defaultTimeRange=1d', 'defaultTimeRange=30d', 'defaultTimeRange=52w', 'defaultTimeRange=11000s',
      'defaultTimeRange=22000s',
      'defaultTimeRange=10999m', `timeRangeFrom=0&timeRangeTo=${noon / 1000}`,
      'timeRangeFrom=2026-01-01T00:00:00Z&timeRangeTo=2026-01-08T00:00:00Z'
    ]
    for (const range of ranges) {
      const answer = await get(`${randomUUID()}/cpuUsage?${range}&groupBy=1s`)
      t.equal(answer.statusCode, 400, range)
      const named = /fits is ((?:\d+[smhdw])+)/.exec(
        answer.json<{ errors: Array<{ message: string }> }>().errors[0]?.message ?? ''
      )?.[1] ?? ''
      const groupBy = [
        ...named.matchAll(/(\d+)([smhdw])/g)
      ].reduce((sum, [, count, unit]) => sum + Number(count) * seconds[unit as 's'], 0)
      t.ok(groupBy > 1, `${range}: ${named}`)
      t.equal(await status(range, groupBy), 200, `${range} by ${groupBy}s`)
      t.equal(await status(range, groupBy - 1), 400, `${range} by ${groupBy - 1}s`)
    }
  })

  t.test('a bucket of less than a second, of nothing, or without a unit is refused', async t => {
    for (const groupBy of [
      '0s',
      '0',
      '1',
      '1u',
      '500ms',
      '1ns',
      '-1m',
      '%2B1m',
      '1.5m',
      'm',
      '',
      '1M',
      '1m%20',
      '1m1',
      'Infinity',
      '9999999999w',
      '1m;DROP'
    ]) {
      const answer = await get(`${randomUUID()}/cpuUsage?defaultTimeRange=10m&groupBy=${groupBy}`)
      t.equal(answer.statusCode, 400, groupBy)
      t.strictSame(
        answer.json<{ errors: Array<{ parameter: string }> }>().errors.map(error => error.parameter),
        ['groupBy'],
        groupBy
      )
    }
  })
}
