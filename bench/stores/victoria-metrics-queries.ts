import type { Route } from '../service-path.js'
import type { DirectQueries } from './store.js'

/** The expression of each route, of a metric's name to its selector, and of a range. */
const expressions: Record<Route, (of: (name: string) => string, range: string) => string> = {
  cpuUsage: (of, range) =>
    `100 * rate(${of('info_cpu_time_seconds_total')}${range}) / ${of('info_virtual_cpus')}`,
  memUsage: (of, range) => `100 - 100 * avg_over_time(${of('memory_stats_usable_bytes')}${range}) / ` +
    `avg_over_time(${of('memory_stats_available_bytes')}${range})`,
  diskRead: (of, range) => `sum(rate(${of('block_stats_read_bytes_total')}${range}))`,
  diskWrite: (of, range) => `sum(rate(${of('block_stats_write_bytes_total')}${range}))`,
  networkIo: bothDirections('bytes'),
  networkPackets: bothDirections('packets')
}

function bothDirections (unit: string): typeof expressions[Route] {
  return (of, range) => ['receive', 'transmit'].map((direction) =>
    `label_replace(sum(rate(${of(`interface_stats_${direction}_${unit}_total`)}${range})), ` +
    `"direction", "${direction}", "", "")`).join(' or ')
}

/** The domain of an instance in the simulated cloud. */
const domainOf = (id: string) => `instance-${id.slice(0, 8)}`

interface Response {
  data: { result: Array<{ metric: Record<string, string>, values: Array<[number, string]> }> }
}

/** PromQL over HTTP. A value at a time is that of the bucket that ends there. */
export const victoriaMetricsQueries: DirectQueries = {
  directPath (route, id, { start, end, step }) {
    const of = (name: string) => `libvirt_domain_${name}{domain="${domainOf(id)}"}`
    const times = { start: String(start + step), end: String(end), step: String(step) }
    // The service's reads are not cached either.
    const query = { query: expressions[route](of, `[${step}s]`), ...times, nocache: '1' }
    return `/api/v1/query_range?${new URLSearchParams(query)}`
  },

  seriesOf (_route, response, { step }) {
    const { result } = (response as Response).data
    return result.map(({ values }) => values.map(([time, value]) => [time - step, Number(value)]))
  }
}
