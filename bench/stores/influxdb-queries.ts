import type { Window } from '#lib/time-range.js'
import type { Route } from '../service-path.js'
import type { DirectQueries } from './store.js'

const mean = ({ start, end, step }: Window, id: string) => (measurement: string) =>
  `SELECT mean("value") FROM "${measurement}" WHERE "resource_id" = '${id}' ` +
  `AND time >= ${start}s AND time < ${end}s GROUP BY time(${step}s) fill(none)`

const deviceSum = ({ start, end, step }: Window, id: string) => (measurement: string) =>
  `SELECT sum("mean") FROM (SELECT mean("value") FROM "${measurement}" WHERE "resource_id" = '${id}' ` +
  `AND time >= ${start}s AND time < ${end}s GROUP BY time(${step}s), "device" fill(none)) ` +
  `WHERE time >= ${start}s AND time < ${end}s GROUP BY time(${step}s) fill(none)`

/** The queries for each route, for instances with the memory metrics in MiB. */
export const sources: Record<Route, { statement: typeof mean, measurements: string[] }> = {
  cpuUsage: { statement: mean, measurements: ['cpu.utilization_norm_perc'] },
  memUsage: { statement: mean, measurements: ['mem.free_mb', 'mem.total_mb'] },
  diskRead: { statement: deviceSum, measurements: ['io.read_bytes_sec'] },
  diskWrite: { statement: deviceSum, measurements: ['io.write_bytes_sec'] },
  networkIo: { statement: deviceSum, measurements: ['net.in_bytes_sec', 'net.out_bytes_sec'] },
  networkPackets: { statement: deviceSum, measurements: ['net.in_packets_sec', 'net.out_packets_sec'] }
}

interface Response {
  results: Array<{ series?: Array<{ values: Array<[number, number]> }> }>
}

/** InfluxQL over HTTP: a statement for each measurement, in one request. */
export const influxdbQueries: DirectQueries = {
  directPath (route, id, window) {
    const { statement, measurements } = sources[route]
    const q = measurements.map(statement(window, id)).join('; ')
    return `/query?${new URLSearchParams({ db: 'mon', epoch: 's', q })}`
  },

  seriesOf (route, response) {
    const lists = (response as Response).results.map(({ series }) => series?.[0]?.values ?? [])
    if (route !== 'memUsage') return lists
    const [free, total] = lists.map((list) => new Map(list)) as [Map<number, number>, Map<number, number>]
    return [[...free].map(([time, mb]) => [time, 100 - 100 * mb / total.get(time)!])]
  }
}
