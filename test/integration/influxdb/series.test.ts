import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon, steady } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { between, now, startService } from './service.js'
import type { Body } from './service.js'

const influxd = await startInfluxd(t)
if (influxd) {
  const { get, usage } = await startService(t, influxd.url)

  const rates = [
    { route: 'diskRead', names: { read: 'io.read_bytes_sec' }, unit: 1024 },
    { route: 'diskWrite', names: { write: 'io.write_bytes_sec' }, unit: 1024 },
    { route: 'networkIo', names: { in: 'net.in_bytes_sec', out: 'net.out_bytes_sec' }, unit: 1024 },
    { route: 'networkPackets', names: { in: 'net.in_packets_sec', out: 'net.out_packets_sec' }, unit: 1 }
  ]

  t.test('cpuUsage is the mean of the samples in each bucket', async t => {
    const instance = randomUUID()
    await influxd.write(lines({
      instance,
      metric: 'cpu.utilization_norm_perc',
      // 0: (10 + 20 + 30 + 40) / 4; 60: 5; nothing at 120; 180: (1 + 2) / 2
      samples: [[0, 10], [15, 20], [30, 30], [45, 40], [60, 5], [180, 1], [239, 2]]
    }))
    const response = await get(`${instance}/cpuUsage?${between(0, 239, '1m')}`)
    t.equal(response.statusCode, 200)
    t.match(response.headers['content-type'], /^application\/json; charset=utf-8/)
    t.strictSame(response.json<Body>(), [{
      name: 'cpu',
      metric: [
        { time: noon / 1000, usage: 25 },
        { time: noon / 1000 + 60, usage: 5 },
        { time: noon / 1000 + 180, usage: 1.5 }
      ]
    }])
  })

  for (const { route, names, unit } of rates) {
    for (const [name, metric] of Object.entries(names)) {
      t.test(`${route}, ${name}: a bucket is the sum of the devices' means`, async t => {
        const instance = randomUUID()
        const on = (device: string, samples: Sample[]) => {
          const scaled = samples.map(([time, value]): Sample => [time, value * unit])
          return { instance, metric, device, samples: scaled }
        }
        await influxd.write(lines(
          // The first device, both, the second one, neither, both.
          on('a', [[0, 10], [30, 20], [60, 10], [90, 10], [240, 8], [270, 4]]),
          on('b', [[60, 2], [90, 4], [120, 7], [240, 1], [255, 2], [270, 3], [285, 4]])
        ))
        const response = await get(`${instance}/${route}?${between(0, 299, '1m')}`)
        const body = response.json<Body>()
        t.strictSame(body.map(series => series.name), Object.keys(names), 'in the order of the route')
        t.strictSame(body.find(series => series.name === name)?.metric, [
          { time: noon / 1000, usage: 15 },         // (10 + 20) / 2
          { time: noon / 1000 + 60, usage: 13 },    // (10 + 10) / 2 + (2 + 4) / 2
          { time: noon / 1000 + 120, usage: 7 },    // b alone
          { time: noon / 1000 + 240, usage: 8.5 }   // (8 + 4) / 2 + (1 + 2 + 3 + 4) / 4
        ])
        for (const other of body.filter(series => series.name !== name)) {
          t.strictSame(other.metric, [], 'no data of the other direction')
        }
      })
    }
  }

  t.test('a usage does not depend on the agent\'s sampling interval', async t => {
    for (const [metric, route, name] of [
      ['io.read_bytes_sec', 'diskRead', 'read'], ['net.out_bytes_sec', 'networkIo', 'out']
    ] as const) {
      for (const [every, other] of [[15, 15], [30, 30], [15, 30], [5, 60]] as const) {
        const instance = randomUUID()
        await influxd.write(lines(
          { instance, metric, device: 'vda', samples: steady(0, 300, every, 10 * 1024) },
          { instance, metric, device: 'vdb', samples: steady(0, 300, other, 2 * 1024) }
        ))
        for (const [groupBy, buckets] of [['1m', [0, 60, 120, 180, 240]], ['5m', [0]]] as const) {
          const series = await usage(instance, route, between(0, 299, groupBy))
          const message = `${metric} every ${every} s and ${other} s, by ${groupBy}`
          t.strictSame(series[name], buckets.map(time => [time, 12]), message)
        }
      }
    }
  })

  t.test('a device with two series, as after a migration, is one device', async t => {
    const instance = randomUUID()
    const tap = { instance, metric: 'net.in_packets_sec', device: 'tap0' }
    await influxd.write(lines(
      { ...tap, samples: [[0, 10], [15, 10]], tags: { zone: 'nova', port_id: 'first' } },
      { ...tap, samples: [[30, 30], [45, 30]], tags: { zone: 'other', port_id: 'second' } }
    ))
    t.strictSame((await usage(instance, 'networkPackets', between(0, 59, '1m'))).in, [[0, 20]])
  })

  t.test('usages have two decimals at most', async t => {
    const instance = randomUUID()
    const disk = { instance, metric: 'io.write_bytes_sec' }
    await influxd.write(lines(
      {
        instance,
        metric: 'cpu.utilization_norm_perc',
        samples: [
          [0, 1], [1, 2], [2, 2],               // 5 / 3
          [60, 1], [61, 1], [62, 2],            // 4 / 3
          [120, 0.125],
          [180, 100], [181, 99.99], [182, 100], // 99.99666…
          [240, 0],
          [300, 1e-9]
        ]
      },
      // 0: 1 KiB and a byte; 60: 1.5 / 1024 = 0.0014…; 120: 1/3 and 2/3 of a KiB, of which each would round
      { ...disk, device: 'a', samples: [[0, 1025], [60, 1.5], [120, 1024 / 3]] },
      { ...disk, device: 'b', samples: [[120, 2048 / 3]] }
    ))
    const { cpu } = await usage(instance, 'cpuUsage', between(0, 359, '1m'))
    t.strictSame(cpu, [[0, 1.67], [60, 1.33], [120, 0.13], [180, 100], [240, 0], [300, 0]])
    const { write } = await usage(instance, 'diskWrite', between(0, 359, '1m'))
    t.strictSame(write, [[0, 1], [60, 0], [120, 1]])
  })

  t.test('samples from the future are in the buckets of their times', async t => {
    const instance = randomUUID()
    const present = Math.floor(now / 1000) - noon / 1000
    const on = (metric: string, samples: Sample[], device?: string) => ({ instance, metric, samples, device })
    const samples: Sample[] =
      [[present - 90, 10], [present + 30, 20], [present + 90, 7], [present + 86_400, 99]]
    await influxd.write(lines(
      on('cpu.utilization_norm_perc', samples), on('net.in_packets_sec', samples, 'tap0')
    ))
    const midnight = 12 * 3_600
    for (const [route, name] of [['cpuUsage', 'cpu'], ['networkPackets', 'in']] as const) {
      const inDays = await usage(instance, route, between(0, 3 * 86_400, '1d'))
      t.strictSame(inDays[name], [[-midnight, 12.33], [86_400 - midnight, 99]])
    }
  })

  t.test('a bucket with an impossible usage is left out', async t => {
    const instance = randomUUID()
    const on = (metric: string, device: string, samples: Sample[]) => ({ instance, metric, device, samples })
    const cpu: Sample[] = [[0, -5], [60, 100.4], [120, 250], [180, 40]]
    await influxd.write(lines(
      { instance, metric: 'cpu.utilization_norm_perc', samples: cpu },
      { instance, metric: 'mem.free_mb', samples: [[0, 600], [60, 256], [120, -1]] },
      { instance, metric: 'mem.total_mb', samples: [[0, 512], [60, 512], [120, 512]] },
      on('io.read_bytes_sec', 'vda', [[0, 2048], [60, 2048], [120, 2048]]),
      on('io.read_bytes_sec', 'vdb', [[0, -1024], [60, 1024], [120, 1e300]])
    ))
    const range = between(0, 239, '1m')
    t.strictSame((await usage(instance, 'cpuUsage', range)).cpu, [[60, 100], [180, 40]])
    t.strictSame((await usage(instance, 'memUsage', range)).memory, [[60, 50]])
    t.strictSame((await usage(instance, 'diskRead', range)).read, [[60, 3]], 'of any device')
  })

  t.test('an instance without samples has empty series', async t => {
    const expected = {
      cpuUsage: ['cpu'],
      memUsage: ['memory'],
      diskRead: ['read'],
      diskWrite: ['write'],
      networkIo: ['in', 'out'],
      networkPackets: ['in', 'out']
    }
    for (const [route, names] of Object.entries(expected)) {
      const response = await get(`${randomUUID()}/${route}?${between(0, 359, '1m')}`)
      t.equal(response.statusCode, 200)
      t.strictSame(response.json<Body>(), names.map(name => ({ name, metric: [] })))
    }
  })
}
