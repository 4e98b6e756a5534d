import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { lines, noon } from '#test/support/influxdb/points.js'
import type { Sample } from '#test/support/influxdb/points.js'
import { between, startService } from './service.js'

const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length
const sum = (values: number[]) => values.reduce((a, b) => a + b)

/** The expected buckets, computed from the samples of each device without any code of the service. */
function expectedBuckets (
  devices: Sample[][], { from, to, width, unit }: { from: number, to: number, width: number, unit: number }
) {
  const first = Math.floor((noon / 1000 + from) / width)
  const last = Math.floor((noon / 1000 + to) / width)
  const expected: Sample[] = []
  for (let bucket = first; bucket <= last; bucket++) {
    const start = bucket * width - noon / 1000
    const present = devices
      .map(samples => samples
        .filter(([time]) => time >= start && time < start + width)
        .map(([, value]) => value))
      .filter(values => values.length > 0)
    if (present.length > 0) expected.push([start, sum(present.map(mean)) / unit])
  }
  return expected
}

// To the millisecond, some of them on the start of a bucket. Each is unique, because a second point at a time
// replaces the first.
const times = fc.oneof(
  fc.integer({ min: 0, max: 1_200_000 }).map(ms => ms / 1000),
  fc.integer({ min: 0, max: 80 }).map(n => n * 15)
)
const samplesUpTo = (max: number) => fc.uniqueArray(
  fc.tuple(times, fc.double({ min: 0, max, noNaN: true })), { selector: ([time]) => time, maxLength: 40 }
)
const ends = fc.uniqueArray(fc.integer({ min: -100, max: 1_300 }), { minLength: 2, maxLength: 2 })
const widths = fc.oneof(
  fc.constantFrom(1, 7, 15, 60, 90, 300, 5_400),
  fc.integer({ min: 1, max: 2_000 })
)

const routes = [
  { route: 'cpuUsage', name: 'cpu', metric: 'cpu.utilization_norm_perc', unit: 1, maxDevices: 1, max: 100 },
  { route: 'diskWrite', name: 'write', metric: 'io.write_bytes_sec', unit: 1024, maxDevices: 4, max: 1e7 },
  { route: 'networkPackets', name: 'out', metric: 'net.out_packets_sec', unit: 1, maxDevices: 4, max: 1e7 }
]

const influxd = await startInfluxd(t)
if (influxd) {
  const { usage } = await startService(t, influxd.url)

  for (const { route, name, metric, unit, maxDevices, max } of routes) {
    t.test(`${route} is right for any samples, in any window`, async t => {
      const devices = fc.array(samplesUpTo(max), { minLength: 1, maxLength: maxDevices })
      await fc.assert(fc.asyncProperty(devices, ends, widths, async (devices, [a = 0, b = 0], width) => {
        const instance = randomUUID()
        const device = (i: number) => maxDevices > 1 ? { device: `vd${i}` } : {}
        await influxd.write(lines(
          ...devices.map((samples, i) => ({ instance, metric, samples, ...device(i) }))
        ))

        const buckets = (await usage(instance, route, between(a, b, `${width}s`)))[name] ?? []
        const window = { from: Math.min(a, b), to: Math.max(a, b), width, unit }
        const expected = expectedBuckets(devices, window)
        // A sum in another order may differ in its last bit, and so be rounded to the other side.
        const isEqual = ([time, value]: Sample, i: number) =>
          time === buckets[i]?.[0] && Math.abs(value - buckets[i][1]) <= 0.005 + 1e-6
        if (buckets.length !== expected.length || !expected.every(isEqual)) {
          throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(buckets)}`)
        }
      }), { numRuns: 60 })
      t.pass()
    })
  }
}
