import { routes } from './points.js'
import type { Route } from './points.js'
import { tellerOf } from './truth.js'
import type { Truth } from './truth.js'

export type Kind = 'summary' | 'instances' | 'series'

/** What is asked, and what of. */
export type Question = OfProject | OfInstance
interface OfProject { kind: 'summary' | 'instances', path: string, project: string }
interface OfInstance { kind: 'series', path: string, instance: string, route: Route, minutes: number[] }

const base = '/v1/openstack/projects'

/**
 * All routes, asked about a project and an instance of it.
 * @param minutes the buckets that the series are asked for, by their starts (unix seconds)
 */
export function questionsOf (
  project: { id: string, name: string }, instance: string, minutes: number[]
): Question[] {
  const range = `timeRangeFrom=${minutes[0]}&timeRangeTo=${minutes.at(-1)}&groupBy=1m`
  return [
    { kind: 'summary', path: `${base}/summary?projectName=${project.name}`, project: project.id },
    { kind: 'instances', path: `${base}/${project.id}/instances?limit=1000`, project: project.id },
    ...(Object.keys(routes) as Route[]).map(
      (route) => ({
        kind: 'series' as const, path: `${base}/${instance}/${route}?${range}`, instance, route, minutes
      })
    )
  ]
}

interface Summary { id: string, unavailable?: string[], [field: string]: unknown }
interface Page { metric: Array<Record<string, unknown>>, totalCnt: number, unavailable?: string[] }
type Usages = Array<{ name: string, metric: Array<{ time: number, usage: number }> }>

/** Seconds that an instance's uptime may be off, for the age of what is kept. */
const grace = 60

/** The roles that an answer says are missing in it. */
export function missingIn ({ kind }: Question, text: string): string[] {
  const body = JSON.parse(text)
  const told = kind === 'summary' ? body : kind === 'instances' ? [body] : []
  return [...new Set<string>((told as Summary[]).flatMap(({ unavailable = [] }) => unavailable))].sort()
}

/**
 * What is wrong in an answer: each number that is none of those that these truths have, unless it is null and
 * its role is said to be missing; and each that is not there at all. @param clocks what time it may have been
 * taken for, in unix milliseconds
 */
export function wrongIn (question: Question, text: string, truths: Truth[], clocks = [Date.now()]): string[] {
  const wrong: string[] = []
  const check = (what: string, found: unknown, right: (truth: Truth) => unknown, missing = false) => {
    const expected = truths.map(right)
    if (!(expected.includes(found) || (missing && found === null))) {
      wrong.push(`${what} is ${found}, not ${expected.join(' or ')}`)
    }
  }
  const body = JSON.parse(text)
  if (question.kind === 'summary') checkSummary(body)
  else if (question.kind === 'instances') checkPage(body, question.project)
  else checkSeries(body, question as OfInstance)
  return wrong

  function checkSummary (projects: Summary[]) {
    for (const { id, unavailable = [], ...project } of projects) {
      for (const field of Object.keys(truths[0]!.quotas.get(id) ?? {})) {
        check(
          `${field} of ${id}`,
          project[field],
          ({ quotas }) => quotas.get(id)?.[field],
          unavailable.includes(tellerOf(field))
        )
      }
    }
  }

  function checkPage ({ metric, totalCnt, unavailable = [] }: Page, project: string) {
    const without = unavailable.includes('metrics')
    check('totalCnt', totalCnt, ({ quotas }) => quotas.get(project)?.instancesUsed)
    for (const { instance_id: given, cpuUsage, memoryUsage, uptime, ...instance } of metric) {
      const id = String(given)
      for (const field of ['vcpus', 'memory_mb', 'disk_gb'] as const) {
        check(
          `${field} of ${id}`, instance[field], ({ instances }) => instances.get(project)?.get(id)?.[field]
        )
      }
      check(`cpuUsage of ${id}`, cpuUsage, ({ load }) => load(id, 'cpuUsage', 'cpu'), without)
      check(`memoryUsage of ${id}`, memoryUsage, ({ load }) => load(id, 'memUsage', 'memory'), without)
      const launched = truths[0]!.instances.get(project)?.get(id)?.launched
      if (!clocks.some((clock) => Math.abs(clock / 1000 - (launched ?? NaN) - Number(uptime)) < grace)) {
        wrong.push(`uptime of ${id} is ${uptime}`)
      }
    }
  }

  function checkSeries (series: Usages, { instance, route, minutes }: OfInstance) {
    check('the names', series.map(({ name }) => name).join(), () => routes[route].join())
    for (const { name, metric } of series) {
      const known = ({ usage }: Truth) =>
        minutes.filter((minute) => usage(instance, route, name, minute) !== undefined)
      check(`${route} ${name}'s times`, metric.map(({ time }) => time).join(), (truth) => known(truth).join())
      for (const { time, usage } of metric) {
        check(`${route} ${name} at ${time}`, usage, (truth) => truth.usage(instance, route, name, time))
      }
    }
  }
}
