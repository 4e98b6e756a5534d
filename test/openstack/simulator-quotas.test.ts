import t from 'tap'
import { compare } from './compare.js'
import type { Requests } from './compare.js'
import { openClouds } from './compared-clouds.js'

const clouds = await openClouds(t)
const unknown = '00000000000000000000000000000000'

const networkPath = (project: string) => `/v2.0/quotas/${project}/details.json`
const network: Requests = {
  versions: () => ({ path: '/' }),
  quota: ({ projects }) => ({ path: networkPath(projects.demo) }),
  'quota without .json': ({ projects }) => ({ path: `/v2.0/quotas/${projects.demo}/details` }),
  'quota of an unknown project': () => ({ path: networkPath(unknown) }),
  'quota of the own project, as a member': ({ projects }) => ({
    path: networkPath(projects.demo), as: 'demo'
  }),
  'quota of another project, as a member': ({ projects }) => ({
    path: networkPath(projects.admin), as: 'demo'
  }),
  'quota of another project, as a reader': ({ projects }) => ({
    path: networkPath(projects.demo), as: 'monitor'
  }),
  'quota without a token': ({ projects }) => ({ path: networkPath(projects.demo), as: 'nobody' }),
  'unknown path': () => ({ path: '/v2.0/nothing-here' })
}

/** The path of a quota, in the API of the token's project. */
const volumePath = (tokenProject: string, project: string, usage = 'true') =>
  `/v3/${tokenProject}/os-quota-sets/${project}?usage=${usage}`
const blockStorage: Requests = {
  versions: () => ({ path: '/' }),
  'quota with usage': ({ projects: { admin, demo } }) => ({ path: volumePath(admin, demo) }),
  'quota with usage=True': ({ projects: { admin, demo } }) => ({ path: volumePath(admin, demo, 'True') }),
  quota: ({ projects: { admin, demo } }) => ({ path: `/v3/${admin}/os-quota-sets/${demo}` }),
  'quota without the project of the token': ({ projects: { demo } }) => ({
    path: `/v3/os-quota-sets/${demo}?usage=true`
  }),
  'quota with a project that is not the token\'s': ({ projects: { demo } }) => ({
    path: volumePath(demo, demo)
  }),
  'quota of an unknown project': ({ projects: { admin } }) => ({ path: volumePath(admin, unknown) }),
  'quota of the own project, as a member': ({ projects: { demo } }) => ({
    path: volumePath(demo, demo), as: 'demo'
  }),
  'quota of another project, as a member': ({ projects: { admin, demo } }) => ({
    path: volumePath(demo, admin), as: 'demo'
  }),
  'quota of another project, as a reader': ({ projects: { admin, demo } }) => ({
    path: volumePath(admin, demo), as: 'monitor'
  }),
  'quota without a token': ({ projects: { admin, demo } }) => ({
    path: `/v3/${admin}/os-quota-sets/${demo}`, as: 'nobody'
  }),
  'unknown path': ({ projects: { admin } }) => ({ path: `/v3/${admin}/nothing-here` })
}

compare(t, clouds, 'network', network)
compare(t, clouds, 'block-storage', blockStorage)
