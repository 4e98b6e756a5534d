import type { Test } from 'tap'
import { startInfluxd } from '#test/support/influxdb/influxd.js'
import { noon, only } from '#test/support/influxdb/points.js'
import { onTwo, usagesOf } from '../points.js'
import type { MetricsStore } from './store.js'

type Measurement = [metric: string, device: string | undefined, value: (usage: number) => number]

/** The measurements of each series, with the value that each of them stores for a usage. */
const measurements: Record<string, Measurement[]> = {
  'cpuUsage cpu': [['cpu.utilization_norm_perc', undefined, (usage) => usage]],
  'memUsage memory': [
    ['mem.total_mb', undefined, () => 2000],
    ['mem.free_mb', undefined, (usage) => 2000 - 20 * usage]
  ],
  'diskRead read': ofDevices('io.read_bytes_sec', ['vda', 'vdb'], 1024),
  'diskWrite write': ofDevices('io.write_bytes_sec', ['vda', 'vdb'], 1024),
  'networkIo in': ofDevices('net.in_bytes_sec', ['tap0', 'tap1'], 1024),
  'networkIo out': ofDevices('net.out_bytes_sec', ['tap0', 'tap1'], 1024),
  'networkPackets in': ofDevices('net.in_packets_sec', ['tap0', 'tap1'], 1),
  'networkPackets out': ofDevices('net.out_packets_sec', ['tap0', 'tap1'], 1)
}

function ofDevices (metric: string, devices: string[], unit: number): Measurement[] {
  return devices.map((device, i) => [metric, device, (usage) => onTwo(usage)[i]! * unit])
}

/** InfluxDB with the series of Monasca. It replaces a sample by a later one of the same time. */
export async function startInfluxDB (t: Test): Promise<MetricsStore | undefined> {
  const influxd = await startInfluxd(t)
  return influxd && {
    ...influxd,
    influxd,
    simulated: 'influxdb',
    settingsFor: (url) => ({ INFLUX_URL: url }),
    maxAheadSeconds: 60,
    async write (points) {
      const { minutes } = points
      await influxd.write(usagesOf(points).flatMap(({ instance, project, name, usages }) =>
        measurements[name]!.flatMap(([metric, device, value]) => only({
          instance,
          project,
          metric,
          device,
          samples: minutes.map((minute, n) => [minute - noon / 1000, value(usages[n]!)])
        }))))
    }
  }
}
