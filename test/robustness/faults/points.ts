import type { Client } from '#test/support/influxdb/client.js'
import { noon, only } from '#test/support/influxdb/points.js'

/** The series of each route, as they are answered. */
export const routes = {
  cpuUsage: ['cpu'],
  memUsage: ['memory'],
  diskRead: ['read'],
  diskWrite: ['write'],
  networkIo: ['in', 'out'],
  networkPackets: ['in', 'out']
}
export type Route = keyof typeof routes

/** Each of them by its route and name, in the order of the values that they are given. */
const series = Object.entries(routes).flatMap(([route, names]) => names.map((name) => `${route} ${name}`))

/**
 * What the bucket of a minute (unix seconds) has: of each series, instance and minute something else, and of
 * each version of the truth. All have two decimals at the most, so that nothing is lost by rounding.
 */
export function usageAt (route: Route, name: string, instance: number, minute: number, version: number) {
  const which = series.indexOf(`${route} ${name}`)
  // The first two are in percent.
  return (which < 2 ? 10 : 100) * (which + 1) + 20 * instance + 2 * (minute / 60 % 4) + version / 4
}

/** The measurements that a usage is read from: of each device what, of it, is measured. */
const measured: Record<string,
Array<[metric: string, device: string | undefined, value: (usage: number) => number]>> = {
  'cpuUsage cpu': [['cpu.utilization_norm_perc', undefined, (usage) => usage]],
  'memUsage memory': [
    ['mem.total_mb', undefined, () => 2000], ['mem.free_mb', undefined, (usage) => 2000 - 20 * usage]
  ],
  'diskRead read': onTwo('io.read_bytes_sec', 'vda', 'vdb', 1024),
  'diskWrite write': onTwo('io.write_bytes_sec', 'vda', 'vdb', 1024),
  'networkIo in': onTwo('net.in_bytes_sec', 'tap0', 'tap1', 1024),
  'networkIo out': onTwo('net.out_bytes_sec', 'tap0', 'tap1', 1024),
  'networkPackets in': onTwo('net.in_packets_sec', 'tap0', 'tap1', 1),
  'networkPackets out': onTwo('net.out_packets_sec', 'tap0', 'tap1', 1)
}

/** The two have unlike shares. */
function onTwo (metric: string, one: string, other: string, unit: number): typeof measured[string] {
  return [
    [metric, one, (usage) => (usage / 2 + 4) * unit], [metric, other, (usage) => (usage / 2 - 4) * unit]
  ]
}

/** Writes a sample a minute, from `start` to `end` (unix seconds), of each series of these instances. */
export async function writePoints (
  client: Client, instances: string[], start: number, end: number, version: number
) {
  const minutes = Array.from({ length: (end - start) / 60 }, (_, n) => start + 60 * n)
  await client.write(instances.flatMap((instance, number) => Object.entries(
    measured
  ).flatMap(([key, measurements]) => {
    const [route, name] = key.split(' ') as [Route, string]
    return measurements.flatMap(([metric, device, value]) => only({
      instance,
      metric,
      device,
      samples: minutes.map(
        (minute) => [minute - noon / 1000, value(usageAt(route, name, number, minute, version))]
      )
    }))
  })))
}
