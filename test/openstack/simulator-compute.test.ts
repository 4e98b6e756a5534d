import t from 'tap'
import { compare } from './compare.js'
import type { Requests } from './compare.js'
import { openClouds } from './compared-clouds.js'
import type { ComparedCloud } from './compared-clouds.js'

const clouds = await openClouds(t)
const unknownProject = '00000000000000000000000000000000'
const unknownServer = '00000000-0000-0000-0000-000000000000'
const at = (version: string) => ({ 'openstack-api-version': `compute ${version}` })
const servers = '/v2.1/servers'
const details = `${servers}/detail`
const limits = '/v2.1/limits'
const limitsOf = (project: string) => `${limits}?tenant_id=${project}`

const versions = [
  '2.1', '2.3', '2.9', '2.16', '2.26', '2.36', '2.39', '2.47', '2.57', '2.63', '2.73', '2.90', '2.93'
]
const listsAtVersions: Requests = Object.fromEntries(versions.flatMap((version) => [
  [
    `limits at ${version}`,
    ({ projects }: ComparedCloud) => ({ path: limitsOf(projects.demo), headers: at(version) })
  ],
  [`detailed servers at ${version}`, () => ({ path: `${details}?all_tenants=1`, headers: at(version) })]
]))

const statuses = ['ACTIVE', 'SHUTOFF', 'ERROR'] as const
const serversAtVersions: Requests = Object.fromEntries(statuses.flatMap((status) =>
  ['2.1', '2.47', '2.93'].map((version) => [
    `server in ${status} at ${version}`,
    (cloud: ComparedCloud) => ({ path: `${servers}/${cloud.servers[status]}`, headers: at(version) })
  ])))

const requests: Requests = {
  versions: () => ({ path: '/' }),
  version: () => ({ path: '/v2.1/' }),
  'version, without a token': () => ({ path: '/v2.1/', as: 'nobody' }),
  'limits of another project': ({ projects }) => ({ path: limitsOf(projects.demo) }),
  'limits of an unknown project': () => ({ path: limitsOf(unknownProject) }),
  'limits, as a member': () => ({ path: limits, as: 'demo' }),
  'limits of the own project, as a member': ({ projects }) => ({ path: limitsOf(projects.demo), as: 'demo' }),
  'limits without a token': () => ({ path: limits, as: 'nobody' }),
  'unsupported microversion': () => ({ path: limits, headers: at('2.999') }),
  'invalid microversion': () => ({ path: limits, headers: at('two') }),
  'microversion in the older header': () => ({
    path: limits, headers: { 'x-openstack-nova-api-version': '2.60' }
  }),
  'latest microversion': () => ({ path: limits, headers: at('latest') }),
  servers: () => ({ path: `${servers}?all_tenants=1` }),
  'page of servers': () => ({ path: `${servers}?all_tenants=1&limit=2` }),
  'servers after a marker': (cloud) => ({
    path: `${servers}?marker=${cloud.servers.demo}&all_tenants=1&limit=1`
  }),
  'servers of a project': ({ projects, demoServerName }) => ({
    path: `${details}?all_tenants=1&project_id=${projects.demo}&name=${demoServerName}`, headers: at('2.47')
  }),
  'servers of an unknown project': () => ({ path: `${details}?all_tenants=1&project_id=${unknownProject}` }),
  'servers by name': () => ({ path: `${servers}?all_tenants=1&name=demo` }),
  'servers by an unknown name': () => ({ path: `${servers}?all_tenants=1&name=nosuchname` }),
  'servers, as a member': ({ demoServerName }) => ({
    path: `${details}?name=${demoServerName}`, as: 'demo', headers: at('2.47')
  }),
  'servers of all projects, as a member': () => ({ path: `${details}?all_tenants=1`, as: 'demo' }),
  'servers of all projects, as a reader': () => ({ path: `${servers}?all_tenants=1`, as: 'monitor' }),
  'servers without a token': () => ({ path: details, as: 'nobody' }),
  'servers after an unknown marker': () => ({ path: `${details}?marker=${unknownServer}` }),
  'negative limit': () => ({ path: `${servers}?limit=-1` }),
  'limit 0': () => ({ path: `${servers}?limit=0` }),
  'name that is an invalid expression': () => ({ path: `${servers}?name=(` }),
  'empty name': () => ({ path: `${servers}?name=` }),
  'invalid all_tenants': () => ({ path: `${servers}?all_tenants=maybe` }),
  'server of the own project': (cloud) => ({ path: `${servers}/${cloud.servers.demo}`, as: 'demo' }),
  'server of another project': (cloud) => ({ path: `${servers}/${cloud.servers.demo}`, as: 'monitor' }),
  'unknown server': () => ({ path: `${servers}/${unknownServer}` }),
  'unknown path': () => ({ path: '/v2.1/nothing-here' }),
  ...listsAtVersions,
  ...serversAtVersions
}

compare(t, clouds, 'compute', requests)
