import { LRUCache } from 'lru-cache'
import { UpstreamError } from '#lib/errors.js'
import { emptyColumn } from '#lib/metrics/columns.js'
import { firstOf } from '#lib/metrics/ranking.js'
import type { MetricsStore } from '#lib/metrics/store.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'
import { createInflux } from './client.js'
import type { InfluxOptions } from './client.js'
import { DatabaseMissing } from './errors.js'
import { isId } from './literals.js'
import { measurementMappings } from './measurements.js'
import { query, queryNames } from './query.js'
import type { InfluxSettings } from './query.js'
import { databasesStatement, projectDatabasesStatement } from './statements.js'

/** As in OpenStack's endpoints. */
const placeholder = '%(project_id)s'

/** Whether the setting names a database for each project, and not one for all. */
export const isPerProject = (database: string) => database.includes(placeholder)

/** Projects whose clients are ready. */
const maxClients = 1_000
/** Every instance with samples has it. */
const searchedMeasurement = measurementMappings.cpu.measurements[0]!
/** Databases that one statement reads. */
const maxDatabases = 200

const needsProject = () =>
  new UpstreamError('metrics', 'invalid', 'has a database for each project, and needs a project')

/**
 * InfluxDB with a database for each project, which Monasca creates with the project's first sample. Each
 * project has a client of its own. Source: monasca-persister, `influxdb.db_per_tenant`; monasca-api,
 * "Administration guide", "Database Per Tenant".
 */
export function createInfluxPerProject (
  upstream: CallUpstream, settings: InfluxSettings, options: InfluxOptions
): MetricsStore {
  const [prefix = '', suffix = ''] = settings.database.split(placeholder)
  const databaseOf = (project: string) => `${prefix}${project}${suffix}`
  const ofAll = { ...settings, database: '' }
  const clients = new LRUCache<string, MetricsStore>({
    max: maxClients,
    memoMethod: (project) => createInflux(upstream, { ...settings, database: databaseOf(project) }, options)
  })

  /** Reads from a project's database. @param nothing the result while the project has none */
  const readFrom = <Value>(project: string, read: (client: MetricsStore) => Promise<Value>, nothing: Value) =>
    read(clients.memo(project)).catch((err: unknown) => {
      if (err instanceof DatabaseMissing) return nothing
      throw err
    })

  /** The projects whose databases the credential may read. */
  async function projectsWithDatabase () {
    const [series] = await queryNames(upstream, ofAll, 'list-databases', [databasesStatement])
    return series!.flatMap(({ values }) => values).flatMap(([name]) => {
      const project = name.slice(prefix.length, name.length - suffix.length)
      return isId(project) && name === databaseOf(project) ? project : []
    })
  }

  /** The projects that have series of an instance, the one with the newest sample first. */
  async function search (instance: string) {
    const projects = await projectsWithDatabase()
    if (projects.length === 0) return []
    const firsts = projects.flatMap((_, number) => number % maxDatabases === 0 ? number : [])
    const statements = firsts.map((first) =>
      projectDatabasesStatement(
        projects.slice(first, first + maxDatabases).map(databaseOf), searchedMeasurement, instance
      ))
    const results = await query(upstream, ofAll, 'read-instance-projects', statements)
    const newestFirst = results.flat().sort((a, b) => b.values[0]![0] - a.values[0]![0])
    return [...new Set(newestFirst.flatMap(({ tags }) => tags?._tenant_id || []))]
  }

  return {
    clientsWrite: true,
    needsProject: true,

    async series (metrics, instance, window, project) {
      const owner = project ?? (await search(instance))[0]
      const nothing = metrics.map(() => emptyColumn(window))
      if (owner === undefined) return nothing
      return readFrom(owner, (client) => client.series(metrics, instance, window, owner), nothing)
    },

    async seriesOfMany (metrics, instances, window, project) {
      if (project === undefined) throw needsProject()
      const nothing = instances.map(() => metrics.map(() => emptyColumn(window)))
      return readFrom(
        project, (client) => client.seriesOfMany(metrics, instances, window, project), nothing
      )
    },

    bindsProject: async () => true,

    async latest (metrics, instances, since, project) {
      if (project === undefined) throw needsProject()
      const read = (owner: string, ids: string[]) => readFrom(
        owner, (client) => client.latest(metrics, ids, since, owner), metrics.map(() => new Map())
      )
      if (typeof project === 'string') return read(project, instances)
      const parts = await Promise.all([...new Set(project.values())].map((owner) =>
        read(owner, instances.filter((id) => project.get(id) === owner))))
      return metrics.map((_, i) => new Map(parts.flatMap((part) => [...part[i]!])))
    },

    async top (ranking) {
      const projects = ranking.projects ?? await projectsWithDatabase()
      const results = await Promise.all(projects.map((project) => readFrom(
        project, (client) => client.top({ ...ranking, projects: [project] }), { instances: [], exact: true }
      )))
      return {
        instances: firstOf(results.flatMap(({ instances }) => instances), ranking),
        exact: results.every(({ exact }) => exact)
      }
    },

    projectsOf: (instance, project) => project === undefined
      ? search(instance)
      : readFrom(project, (client) => client.projectsOf(instance, project), []),

    async check () {
      const [project] = await projectsWithDatabase()
      if (project === undefined) {
        throw new UpstreamError('metrics', 'invalid', 'has no database of a project: check INFLUX_DATABASE')
      }
      await clients.memo(project).check()
    },

    queued: () => [...clients.values()].reduce((sum, client) => sum + client.queued(), 0)
  }
}
