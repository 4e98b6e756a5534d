import type { Instance } from './instances.js'
import { populate, populateProject } from './population.js'
import { countUsage, defaultLimits, zeroUsage, type Domain, type Project } from './projects.js'
import { hexId } from './random.js'
import { adminProjectId, demoProjectId, seedInstances, seedProjects } from './seed.js'
import {
  credentialsOf, trustsOf, usersOf, type ApplicationCredential, type Trust, type User
} from './users.js'

export interface Cloud {
  domains: Domain[]
  users: User[]
  credentials: ApplicationCredential[]
  trusts: Trust[]
  projects: Map<string, Project>                // in order of id, as Keystone lists them
  instances: Instance[]                         // newest first, as Nova lists them
  instancesById: Map<string, Instance>
  instancesByProject: Map<string, Instance[]>   // newest first
}

const heat: Domain = {
  id: hexId('domain heat'), name: 'heat_user_domain', description: 'Users and projects of Heat stacks'
}
const domains: Domain[] = [{ id: 'default', name: 'Default', description: 'The default domain' }, heat]

const heatProject = (n: number): Project => ({
  id: hexId(`heat ${n}`),
  name: `${hexId('stack')}-stack-${n}`,
  description: 'Project of a Heat stack',
  enabled: true,
  domainId: heat.id,
  limits: defaultLimits,
  used: zeroUsage
})

/** Orders instances as Nova lists them: newest first; of two with the same time, the greater id first. */
export const newestFirst = (a: Instance, b: Instance) => b.created - a.created || (a.id < b.id ? 1 : -1)

/**
 * Builds the cloud: the seed, plus further projects and instances.
 * @param projects further projects
 * @param instances further instances, spread over the further projects
 * @param now unix seconds
 */
export function buildCloud (projects: number, instances: number, now: number): Cloud {
  const more = Array.from({ length: projects === 0 ? 0 : instances }, (_, n) => populate(n, projects, now))
  const all = [...seedInstances(), ...more].sort(newestFirst)
  const instancesByProject = new Map<string, Instance[]>()
  for (const instance of all) {
    const others = instancesByProject.get(instance.projectId)
    if (others) others.push(instance)
    else instancesByProject.set(instance.projectId, [instance])
  }

  const list = [
    ...seedProjects.map(({ otherUsage, ...project }): Project => ({
      description: '',
      enabled: true,
      domainId: 'default',
      ...project,
      used: { ...countUsage(instancesByProject.get(project.id)!), ...otherUsage }
    })),
    ...Array.from({ length: projects }, (_, n) => populateProject(n, instancesByProject, 'default')),
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
    instancesByProject
  }
}
