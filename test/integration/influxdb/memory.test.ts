import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'

const influxd = await startInfluxd(t)
if (influxd) {
  const { usage } = await startService(t, influxd.url)

  /** The memory usage of an instance from these samples. */
  const memory = async (sent: { free?: Sample[], total?: Sample[], perc?: Sample[] }) => {
    const instance = randomUUID()
    await influxd.write(lines(
      { instance, metric: 'mem.free_mb', samples: sent.free ?? [] },
      { instance, metric: 'mem.total_mb', samples: sent.total ?? [] },
      { instance, metric: 'mem.free_perc', samples: sent.perc ?? [] }
    ))
    return (await usage(instance, 'memUsage', between(0, 239, '1m'))).memory
  }

  t.test('memory usage is the share of the total that is not free, in percent', async t => {
    t.strictSame(await memory({
      free: [[0, 1024], [60, 512], [120, 0], [180, 2048]],
      total: [[0, 2048], [60, 2048], [120, 2048], [180, 2048]]
    }), [[0, 50], [60, 75], [120, 100], [180, 0]])
  })

  t.test('a bucket is the mean free over the mean total memory, not the mean of the shares', async t => {
    // 0: free (100 + 300) / 2 = 200 of (1000 + 3000) / 2 = 2000; that of the shares is 10 % too
    // 60: free (100 + 100) / 2 = 100 of (200 + 1000) / 2 = 600: 100 - 16.666…; that of the shares is 70 %
    // 120: samples at different rates: free (300 + 100 + 200) / 3 = 200 of 800
    t.strictSame(await memory({
      free: [[0, 100], [30, 300], [60, 100], [90, 100], [120, 300], [140, 100], [160, 200]],
      total: [[0, 1000], [30, 3000], [60, 200], [90, 1000], [120, 800]]
    }), [[0, 90], [60, 83.33], [120, 75]])
  })

  t.test('the free percentage counts where a later agent sends no megabytes', async t => {
    // 0: 100 - (20 + 40) / 2; 120: 100 - 0; 180: 100 - 33.333
    const perc: Sample[] = [[0, 20], [30, 40], [120, 0], [180, 33.333]]
    t.strictSame(await memory({ perc }), [[0, 70], [120, 100], [180, 66.67]])
  })

  t.test('megabytes take precedence over the percentage of the same bucket', async t => {
    const megabytes = { free: [[0, 1024]], total: [[0, 2048]] } satisfies Record<string, Sample[]>
    t.strictSame(await memory({ ...megabytes, perc: [[0, 20], [60, 20]] }), [[0, 50], [60, 80]])
  })

  t.test('an agent was upgraded within the window: each bucket counts its own measurements', async t => {
    t.strictSame(await memory({
      free: [[0, 1024], [60, 512]],
      total: [[0, 2048], [60, 2048]],
      perc: [[120, 10], [180, 90]]
    }), [[0, 50], [60, 75], [120, 90], [180, 10]])
  })

  t.test('free or total megabytes alone do not count: the percentage does, where there is one', async t => {
    t.strictSame(await memory({
      free: [[0, 1024], [60, 1024]],
      total: [[120, 2048], [180, 2048]],
      perc: [[60, 25], [180, 35]]
    }), [[60, 75], [180, 65]])
  })

  t.test('a total of 0 does not count', async t => {
    const zero: Sample[] = [[0, 0], [60, 0]]
    t.strictSame(await memory({ free: zero, total: zero, perc: [[60, 25]] }), [[60, 75]])
  })

  t.test('without samples, as without a balloon driver, the series is empty', async t => {
    t.strictSame(await memory({}), [])
  })
}
