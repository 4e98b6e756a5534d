import type { Window } from '#lib/time-range.js'

const mean = ({ start, end, step }: Window, id: string) => (measurement: string) =>
  `SELECT mean("value") FROM "${measurement}" WHERE "resource_id" = '${id}' AND time >= ${start}s AND time < ${end}s ` +
  `GROUP BY time(${step}s) fill(none)`

const deviceSum = ({ start, end, step }: Window, id: string) => (measurement: string) =>
  `SELECT sum("mean") FROM (SELECT mean("value") FROM "${measurement}" WHERE "resource_id" = '${id}' ` +
  `AND time >= ${start}s AND time < ${end}s GROUP BY time(${step}s), "device" fill(none)) ` +
  `WHERE time >= ${start}s AND time < ${end}s GROUP BY time(${step}s) fill(none)`

/** What each route is read from, by who knows that these instances have memory in MiB. */
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
 * The path at InfluxDB of what a route answers with: the query of a client that needs no service, all in one request.
 * Its text is written here and not taken from the service, whose queries may change.
 */
export function directPath (route: Route, id: string, window: Window) {
  const { statement, measurements } = sources[route]
  const q = measurements.map(statement(window, id)).join('; ')
  return `/query?${new URLSearchParams({ db: 'mon', epoch: 's', q })}`
}

/** The path at the service of the same, by absolute times, so that both read the same however long the benchmark takes. */
export function servicePath (route: Route, id: string, { start, end, step }: Window) {
  const query = new URLSearchParams({ timeRangeFrom: String(start), timeRangeTo: String(end - step), groupBy: `${step}s` })
  return `/v1/openstack/projects/${id}/${route}?${query}`
}
