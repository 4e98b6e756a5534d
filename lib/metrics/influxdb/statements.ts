import type { BatchStatement } from './batch-plan.js'
import { databaseIdentifier, durationLiteral, idLiteral, timeLiteral } from './literals.js'

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

const ofProject = (project?: string) =>
  project === undefined ? '' : ` AND "_tenant_id" = ${idLiteral(project)}`
