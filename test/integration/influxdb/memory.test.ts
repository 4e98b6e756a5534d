import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'

const influxd = await startInfluxd(t)
if (influxd) {
  const { usage } = await startService(t, influxd.url)

  /** What is answered for an instance whose agent sent these. */
  const memory = async (sent: { free?: Sample[], total?: Sample[], perc?: Sample[] }) => {
    const instance = randomUUID()
    await influxd.write(lines(
      { instance, metric: 'mem.free_mb', samples: sent.free ?? [] },
      { instance, metric: 'mem.total_mb', samples: sent.total ?? [] },
      { instance, metric: 'mem.free_perc', samples: sent.perc ?? [] }
    ))
    return (await usage(instance, 'memUsage', between(0, 239, '1m'))).memory
  }

  t.test('what is not free of the total, in percent', async t => {
    t.strictSame(await memory({
      free: [[0, 1024], [60, 512], [120, 0], [180, 2048]],
      total: [[0, 2048], [60, 2048], [120, 2048], [180, 2048]]
    }), [[0, 50], [60, 75], [120, 100], [180, 0]])
  })

  t.test('the mean of the free over the mean of the total, not the mean of the shares', async t => {
    // 0: free (100 + 300) / 2 = 200 of (1000 + 3000) / 2 = 2000; the mean of the two shares is the same 10 %
    // only here 60: free (100 + 100) / 2 = 100 of (200 + 1000) / 2 = 600: 100 - 16.666…; the mean of the
    // shares would be 70 % 120: agents sample the two at different rates: free (300 + 100 + 200) / 3 = 200 of
    // 800
    t.strictSame(await memory({
      free: [[0, 100], [30, 300], [60, 100], [90, 100], [120, 300], [140, 100], [160, 200]],
      total: [[0, 1000], [30, 3000], [60, 200], [90, 1000], [120, 800]]
    }), [[0, 90], [60, 83.33], [120, 75]])
  })

  t.test('a later agent, which sends no megabytes: what its free percentage leaves', async t => {
    // 0: 100 - (20 + 40) / 2; 120: 100 - 0; 180: 100 - 33.333
    t.strictSame(await memory({ perc: [[0, 20], [30, 40], [120, 0], [180, 33.333]] }), [
      [0, 70], [120, 100], [180, 66.67]
    ])
  })

  t.test('megabytes go before the percentage of the same bucket', async t => {
    t.strictSame(await memory({ free: [[0, 1024]], total: [[0, 2048]], perc: [[0, 20], [60, 20]] }), [
      [0, 50], [60, 80]
    ])
  })

  t.test('an agent that was renewed inside the window: each bucket by what it has', async t => {
    t.strictSame(await memory({
      free: [[0, 1024], [60, 512]],
      total: [[0, 2048], [60, 2048]],
      perc: [[120, 10], [180, 90]]
    }), [[0, 50], [60, 75], [120, 90], [180, 10]])
  })

  t.test('half of the megabytes tells nothing: the percentage does, or the bucket is left out', async t => {
    t.strictSame(await memory({
      free: [[0, 1024], [60, 1024]],
      total: [[120, 2048], [180, 2048]],
      perc: [[60, 25], [180, 35]]
    }), [[60, 75], [180, 65]])
  })

  t.test('a total of 0 is no total', async t => {
    t.strictSame(await memory({ free: [[0, 0], [60, 0]], total: [[0, 0], [60, 0]], perc: [[60, 25]] }), [
      [60, 75]
    ])
  })

  t.test('without a balloon driver there is no memory, and an empty series', async t => {
    t.strictSame(await memory({}), [])
  })
}
