import type { Window } from '#lib/time-range.js'

const mean = ({ start, end, step }: Window, id: string) => (measurement: string) =>
  `SELECT mean("value") FROM "${measurement}" WHERE "resource_id" = '${id}' ` +
  `AND time >= ${start}s AND time < ${end}s GROUP BY time(${step}s) fill(none)`

const deviceSum = ({ start, end, step }: Window, id: string) => (measurement: string) =>
  `SELECT sum("mean") FROM (SELECT mean("value") FROM "${measurement}" WHERE "resource_id" = '${id}' ` +
  `AND time >= ${start}s AND time < ${end}s GROUP BY time(${step}s), "device" fill(none)) ` +
  `WHERE time >= ${start}s AND time < ${end}s GROUP BY time(${step}s) fill(none)`

/** The queries for each route, for instances with the memory metrics in MiB. */
const sources = {
  cpuUsage: { statement: mean, measurements: ['cpu.utilization_norm_perc'] },
  memUsage: { statement: mean, measurements: ['mem.free_mb', 'mem.total_mb'] },
  diskRead: { statement: deviceSum, measurements: ['io.read_bytes_sec'] },
  diskWrite: { statement: deviceSum, measurements: ['io.write_bytes_sec'] },
  networkIo: { statement: deviceSum, measurements: ['net.in_bytes_sec', 'net.out_bytes_sec'] },
  networkPackets: { statement: deviceSum, measurements: ['net.in_packets_sec', 'net.out_packets_sec'] }
}

export type Route = keyof typeof sources

export const routes = Object.keys(sources) as Route[]

/**
 * The path at InfluxDB for the data of a route: the queries of a client without the service, in one request.
 * The queries are written here, not taken from the service, because the service's queries may change.
 */
export function directPath (route: Route, id: string, window: Window) {
  const { statement, measurements } = sources[route]
  const q = measurements.map(statement(window, id)).join('; ')
  return `/query?${new URLSearchParams({ db: 'mon', epoch: 's', q })}`
}

/**
 * The path at the service for the same data. Its times are absolute, so that both read the same at any time.
 */
export function servicePath (route: Route, id: string, { start, end, step }: Window) {
  const query = new URLSearchParams({
    timeRangeFrom: String(start), timeRangeTo: String(end - step), groupBy: `${step}s`
  })
  return `/v1/openstack/projects/${id}/${route}?${query}`
}
