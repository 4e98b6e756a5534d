import type { Client } from '#test/support/influxdb/client.js'
import { noon, only } from '#test/support/influxdb/points.js'

/** The names of the series that each route returns. */
export const routes = {
  cpuUsage: ['cpu'],
  memUsage: ['memory'],
  diskRead: ['read'],
  diskWrite: ['write'],
  networkIo: ['in', 'out'],
  networkPackets: ['in', 'out']
}
export type Route = keyof typeof routes

/** Each series as `route name`; the position sets its values. */
const series = Object.entries(routes).flatMap(([route, names]) => names.map((name) => `${route} ${name}`))

/**
 * The value of a one-minute bucket. Each series, instance, minute and version has another value. Values have
 * at most two decimals, so that rounding loses nothing.
 * @param minute start of the bucket in unix seconds
 */
export function usageAt (route: Route, name: string, instance: number, minute: number, version: number) {
  const index = series.indexOf(`${route} ${name}`)
  const isPercentage = index < 2
  return (isPercentage ? 10 : 100) * (index + 1) + 20 * instance + 2 * (minute / 60 % 4) + version / 4
}

type Measurement = [metric: string, device: string | undefined, value: (usage: number) => number]

/** The measurements of each series, with the value that each of them stores for a usage. */
const measurements: Record<string, Measurement[]> = {
  'cpuUsage cpu': [['cpu.utilization_norm_perc', undefined, (usage) => usage]],
  'memUsage memory': [
    ['mem.total_mb', undefined, () => 2000],
    ['mem.free_mb', undefined, (usage) => 2000 - 20 * usage]
  ],
  'diskRead read': onTwo('io.read_bytes_sec', 'vda', 'vdb', 1024),
  'diskWrite write': onTwo('io.write_bytes_sec', 'vda', 'vdb', 1024),
  'networkIo in': onTwo('net.in_bytes_sec', 'tap0', 'tap1', 1024),
  'networkIo out': onTwo('net.out_bytes_sec', 'tap0', 'tap1', 1024),
  'networkPackets in': onTwo('net.in_packets_sec', 'tap0', 'tap1', 1),
  'networkPackets out': onTwo('net.out_packets_sec', 'tap0', 'tap1', 1)
}

/** Splits a usage unequally between two devices. */
function onTwo (metric: string, first: string, second: string, unit: number): Measurement[] {
  return [
    [metric, first, (usage) => (usage / 2 + 4) * unit],
    [metric, second, (usage) => (usage / 2 - 4) * unit]
  ]
}

/**
 * Writes one sample a minute of every series of these instances.
 * @param start unix seconds
 * @param end unix seconds
 */
export async function writePoints (
  client: Client,
  instances: Array<{ instance: string, project: string }>,
  start: number,
  end: number,
  version: number
) {
  const minutes = Array.from({ length: (end - start) / 60 }, (_, n) => start + 60 * n)
  const keys = Object.keys(measurements)
  await client.write(instances.flatMap(({ instance, project }, number) => keys.flatMap((key) => {
    const [route, name] = key.split(' ') as [Route, string]
    const usages = minutes.map((minute) => usageAt(route, name, number, minute, version))
    return measurements[key]!.flatMap(([metric, device, value]) => only({
      instance,
      project,
      metric,
      device,
      samples: minutes.map((minute, n) => [minute - noon / 1000, value(usages[n]!)])
    }))
  })))
}
