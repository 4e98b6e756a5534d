import type { Window } from '#lib/time-range.js'

export const routes = [
  'cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets'
] as const
export type Route = typeof routes[number]

/**
 * The path at the service for the data of a route. Its times are absolute, so that all reads are of the same
 * time whenever they are.
 */
export function servicePath (route: Route, id: string, { start, end, step }: Window) {
  const query = new URLSearchParams({
    timeRangeFrom: String(start), timeRangeTo: String(end - step), groupBy: `${step}s`
  })
  return `/v1/openstack/projects/${id}/${route}?${query}`
}
