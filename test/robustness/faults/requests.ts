import { routes } from './points.js'
import type { Route } from './points.js'
import { upstreamOf } from './truth.js'
import type { Truth } from './truth.js'

export const routeKinds = ['summary', 'instances', 'series'] as const
export type RouteKind = typeof routeKinds[number]

/** A request of the suite, with the facts that its response is checked against. */
export type TestRequest = ProjectRequest | SeriesRequest
interface ProjectRequest { kind: 'summary' | 'instances', path: string, project: string }
interface SeriesRequest { kind: 'series', path: string, instance: string, route: Route, minutes: number[] }

const base = '/v1/openstack/projects'

/**
 * One request to every route, for a project and one of its instances.
 * @param minutes starts of the requested buckets, in unix seconds
 */
export function requestsFor (
  project: { id: string, name: string },
  instance: string,
  minutes: number[]
): TestRequest[] {
  const range = `timeRangeFrom=${minutes[0]}&timeRangeTo=${minutes.at(-1)}&groupBy=1m`
  return [
    { kind: 'summary', path: `${base}/summary?projectName=${project.name}`, project: project.id },
    { kind: 'instances', path: `${base}/${project.id}/instances?limit=1000`, project: project.id },
    ...(Object.keys(routes) as Route[]).map((route) =>
      ({ kind: 'series' as const, path: `${base}/${instance}/${route}?${range}`, instance, route, minutes }))
  ]
}

interface Summary { id: string, unavailable?: string[], [field: string]: unknown }
interface Page { metric: Array<Record<string, unknown>>, totalCnt: number, unavailable?: string[] }
type Usages = Array<{ name: string, metric: Array<{ time: number, usage: number }> }>

/** Allowed error of an uptime: the age of a cached response. */
const uptimeToleranceSeconds = 60

/** The upstreams that a response lists as unavailable. */
export function unavailableIn ({ kind }: TestRequest, text: string): string[] {
  const body = JSON.parse(text)
  const entries: Summary[] = kind === 'summary' ? body : kind === 'instances' ? [body] : []
  return [...new Set(entries.flatMap(({ unavailable = [] }) => unavailable))].sort()
}

/**
 * Compares a response with the true values. A number is wrong if it is missing or in none of the truths.
 * `null` is correct if the response lists its upstream as unavailable.
 * @param clocks possible times of the response, in unix milliseconds
 * @returns a message for each wrong number
 */
export function errorsIn (
  request: TestRequest,
  text: string,
  truths: Truth[],
  clocks = [Date.now()]
): string[] {
  const errors: string[] = []
  const check = (name: string, actual: unknown, correct: (truth: Truth) => unknown, mayBeNull = false) => {
    const expected = truths.flatMap(correct)
    if (expected.includes(actual) || (mayBeNull && actual === null)) return
    errors.push(`${name} is ${actual}, not ${expected.join(' or ')}`)
  }
  const body = JSON.parse(text)
  if (request.kind === 'summary') checkSummary(body)
  else if (request.kind === 'instances') checkPage(body, request.project)
  else checkSeries(body, request as SeriesRequest)
  return errors

  function checkSummary (projects: Summary[]) {
    for (const { id, unavailable = [], ...project } of projects) {
      for (const field of Object.keys(truths[0]!.quotas.get(id) ?? {})) {
        const mayBeNull = unavailable.includes(upstreamOf(field))
        check(`${field} of ${id}`, project[field], ({ quotas }) => quotas.get(id)?.[field], mayBeNull)
      }
    }
  }

  function checkPage ({ metric, totalCnt, unavailable = [] }: Page, project: string) {
    const noMetrics = unavailable.includes('metrics')
    check('totalCnt', totalCnt, ({ instances }) => instances.get(project)?.size)
    for (const { instance_id: instanceId, cpuUsage, memoryUsage, uptime, ...instance } of metric) {
      const id = String(instanceId)
      const trueInstance = ({ instances }: Truth) => instances.get(project)?.get(id)
      for (const field of ['vcpus', 'memory_mb', 'disk_gb'] as const) {
        check(`${field} of ${id}`, instance[field], (truth) => trueInstance(truth)?.[field])
      }
      const latestOf = (route: Route, name: string) => (truth: Truth) =>
        clocks.flatMap((clock) => truth.latest(id, route, name, clock))
      check(`cpuUsage of ${id}`, cpuUsage, latestOf('cpuUsage', 'cpu'), noMetrics)
      check(`memoryUsage of ${id}`, memoryUsage, latestOf('memUsage', 'memory'), noMetrics)
      const launched = trueInstance(truths[0]!)?.launched ?? NaN
      const isNear = (clock: number) =>
        Math.abs(clock / 1000 - launched - Number(uptime)) < uptimeToleranceSeconds
      if (!clocks.some(isNear)) errors.push(`uptime of ${id} is ${uptime}`)
    }
  }

  function checkSeries (series: Usages, { instance, route, minutes }: SeriesRequest) {
    check('the names', series.map(({ name }) => name).join(), () => routes[route].join())
    for (const { name, metric } of series) {
      const times = ({ usage }: Truth) =>
        minutes.filter((minute) => usage(instance, route, name, minute) !== undefined).join()
      check(`times of ${route} ${name}`, metric.map(({ time }) => time).join(), times)
      for (const { time, usage } of metric) {
        check(`${route} ${name} at ${time}`, usage, (truth) => truth.usage(instance, route, name, time))
      }
    }
  }
}
