import type { Instance } from './instances.js'
import { populate, populateProject } from './population.js'
import { countUsage, defaultLimits, nothing, type Domain, type Project } from './projects.js'
import { hexId } from './random.js'
import { adminProjectId, demoProjectId, seedInstances, seedProjects } from './seed.js'
import { credentialsOf, trustsOf, usersOf, type ApplicationCredential, type Trust, type User } from './users.js'

export interface Cloud {
  domains: Domain[]
  users: User[]
  credentials: ApplicationCredential[]
  trusts: Trust[]
  projects: Map<string, Project>             // in the order of their ids, as Keystone lists them
  instances: Instance[]                      // newest first, as Nova lists them
  instancesById: Map<string, Instance>
  instancesOf: Map<string, Instance[]>       // by project, newest first
}

const heat: Domain = { id: hexId('domain heat'), name: 'heat_user_domain', description: 'For what Heat makes' }
const domains: Domain[] = [{ id: 'default', name: 'Default', description: 'The default domain' }, heat]

const heatProject = (n: number): Project => ({
  id: hexId(`heat ${n}`),
  name: `${hexId('stack')}-stack-${n}`,
  description: 'Of a Heat stack',
  enabled: true,
  domainId: heat.id,
  limits: defaultLimits,
  used: nothing
})

/** Orders instances as Nova lists them: the newest first, and of equals the one with the greater id. */
export const newestFirst = (a: Instance, b: Instance) => b.created - a.created || (a.id < b.id ? 1 : -1)

/** The whole cloud at a time (unix seconds): the seed's part, and so many projects and instances more. */
export function buildCloud (projects: number, instances: number, now: number): Cloud {
  const more = Array.from({ length: projects === 0 ? 0 : instances }, (_, n) => populate(n, projects, now))
  const all = [...seedInstances(), ...more].sort(newestFirst)
  const instancesOf = new Map<string, Instance[]>()
  for (const instance of all) {
    const others = instancesOf.get(instance.projectId)
    if (others) others.push(instance)
    else instancesOf.set(instance.projectId, [instance])
  }

  const list = [
    ...seedProjects.map(({ stored, ...project }): Project => ({
      description: '', enabled: true, domainId: 'default', ...project, used: { ...countUsage(instancesOf.get(project.id)!), ...stored }
    })),
    ...Array.from({ length: projects }, (_, n) => populateProject(n, instancesOf, 'default')),
    ...[1, 2, 3].map(heatProject)
  ].sort((a, b) => a.id < b.id ? -1 : 1)

  return {
    domains,
    users: usersOf(adminProjectId, demoProjectId, domains.map(({ id }) => id)),
    credentials: credentialsOf(adminProjectId, demoProjectId),
    trusts: trustsOf(demoProjectId),
    projects: new Map(list.map((project) => [project.id, project])),
    instances: all,
    instancesById: new Map(all.map((instance) => [instance.id, instance])),
    instancesOf
  }
}
