import type { BatchStatement } from './batch-plan.js'
import { countLiteral, databaseIdentifier, durationLiteral, idLiteral, timeLiteral } from './literals.js'

/**
 * All InfluxQL that the service sends. Measurement names are constants, and every value is a literal of
 * `literals.ts`. Source: InfluxQL reference, "Data exploration".
 */

/**
 * The mean of all samples in each bucket of each of these instances, or of each of its devices. Buckets
 * without samples are left out. The devices are summed by the service: a subquery for that takes three times
 * as long.
 */
export function meanStatement (
  { measurement, perDevice, instances, project, window }: Omit<BatchStatement, 'key'>
) {
  return `SELECT mean("value") AS "usage" FROM "${measurement}" ` +
    `WHERE time >= ${timeLiteral(window.start)} AND time < ${timeLiteral(window.end)} ` +
    `AND ${anyOf([...instances])}${ofProject(project)} ` +
    `GROUP BY time(${durationLiteral(window.step)}), "resource_id"${perDevice ? ', "device"' : ''} fill(none)`
}

export interface LastQuery {
  measurement: string
  instances: string[]
  project?: string
  /** Unix seconds; only samples from `since` to `until` count. */
  since: number
  until: number
}

/** The newest sample of each of these instances. */
export function lastStatement ({ measurement, instances, project, since, until }: LastQuery) {
  return `SELECT last("value") FROM "${measurement}" ` +
    `WHERE time >= ${timeLiteral(since)} AND time < ${timeLiteral(until)} ` +
    `AND ${anyOf(instances)}${ofProject(project)} GROUP BY "resource_id"`
}

export interface NewestQuery extends Omit<LastQuery, 'instances' | 'project'> {
  /** Whether each device has samples, which are summed. */
  perDevice: boolean
  /** The only instances. */
  instances?: string[]
  /** The only projects. */
  projects?: string[]
}

/** The newest sample of each instance as each project has it. */
export function newestStatement (
  { measurement, perDevice, since, until, instances, projects }: NewestQuery
) {
  const last = `SELECT last("value") AS "usage" FROM "${measurement}" ` +
    `WHERE time >= ${timeLiteral(since)} AND time < ${timeLiteral(until)}` +
    (instances === undefined ? '' : ` AND ${anyOf(instances)}`) +
    (projects === undefined ? '' : ` AND ${anyProject(projects)}`) +
    ` GROUP BY "resource_id", "_tenant_id"${perDevice ? ', "device"' : ''}`
  return perDevice
    ? `SELECT sum("usage") AS "usage" FROM (${last}) GROUP BY "resource_id", "_tenant_id"`
    : last
}

/** The instances with the greatest of these samples, or with the least. */
export const topStatement = (selector: 'top' | 'bottom', count: number, query: NewestQuery) =>
  `SELECT ${selector}("usage", "resource_id", "_tenant_id", ${countLiteral(count)}) ` +
  `FROM (${newestStatement(query)})`

/**
 * The newest sample of each project's series of an instance.
 * @param project where given, the only project that is looked for
 */
export function instanceProjectsStatement (measurements: string[], instance: string, project?: string) {
  return newestOfProjects(measurements.map((name) => `"${name}"`), instance, project)
}

/** The same, of one measurement in each of these databases. */
export function projectDatabasesStatement (databases: string[], measurement: string, instance: string) {
  return newestOfProjects(databases.map((name) => `${databaseIdentifier(name)}.."${measurement}"`), instance)
}

/** The names of the databases that the credential may read. */
export const databasesStatement = 'SHOW DATABASES'

const newestOfProjects = (sources: string[], instance: string, project?: string) =>
  `SELECT last("value") FROM ${sources.join(', ')} ` +
  `WHERE ${anyOf([instance])}${ofProject(project)} GROUP BY "_tenant_id"`

const anyOf = (instances: string[]) =>
  `(${instances.map((id) => `"resource_id" = ${idLiteral(id)}`).join(' OR ')})`

const anyProject = (projects: string[]) =>
  `(${projects.map((id) => `"_tenant_id" = ${idLiteral(id)}`).join(' OR ')})`

const ofProject = (project?: string) =>
  project === undefined ? '' : ` AND "_tenant_id" = ${idLiteral(project)}`
