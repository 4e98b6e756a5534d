import t from 'tap'
import { compare } from './compare.js'
import type { Requests } from './compare.js'
import { openSides } from './side.js'
import type { Side } from './side.js'

const sides = await openSides(t)
const nobody = '00000000000000000000000000000000'
const unknown = '00000000-0000-0000-0000-000000000000'
const at = (version: string) => ({ 'openstack-api-version': `compute ${version}` })

const requests: Requests = {
  versions: () => ({ path: '/' }),
  version: () => ({ path: '/v2.1/' }),
  'version, without a token': () => ({ path: '/v2.1/', as: 'nobody' }),
  'limits of another project': ({ projects }) => ({ path: `/v2.1/limits?tenant_id=${projects.demo}` }),
  'limits of no project': () => ({ path: `/v2.1/limits?tenant_id=${nobody}` }),
  'limits as a member': () => ({ path: '/v2.1/limits', as: 'demo' }),
  'limits as a member, naming the project': ({ projects }) => ({
    path: `/v2.1/limits?tenant_id=${projects.demo}`, as: 'demo'
  }),
  'limits without a token': () => ({ path: '/v2.1/limits', as: 'nobody' }),
  'a microversion too new': () => ({ path: '/v2.1/limits', headers: at('2.999') }),
  'a microversion that is none': () => ({ path: '/v2.1/limits', headers: at('two') }),
  'a microversion in the older header': () => ({
    path: '/v2.1/limits', headers: { 'x-openstack-nova-api-version': '2.60' }
  }),
  'the latest microversion': () => ({ path: '/v2.1/limits', headers: at('latest') }),
  servers: () => ({ path: '/v2.1/servers?all_tenants=1' }),
  'a page of servers': () => ({ path: '/v2.1/servers?all_tenants=1&limit=2' }),
  'servers after the last': ({ servers }) => ({
    path: `/v2.1/servers?marker=${servers.demo}&all_tenants=1&limit=1`
  }),
  'servers of a project': ({ projects, nameOfDemos }) =>
    ({
      path: `/v2.1/servers/detail?all_tenants=1&project_id=${projects.demo}&name=${nameOfDemos}`,
      headers: at('2.47')
    }),
  'servers of no project': () => ({ path: `/v2.1/servers/detail?all_tenants=1&project_id=${nobody}` }),
  'servers with a name': () => ({ path: '/v2.1/servers?all_tenants=1&name=demo' }),
  'servers with no such name': () => ({ path: '/v2.1/servers?all_tenants=1&name=nosuchname' }),
  'servers, as a member': ({ nameOfDemos }) => ({
    path: `/v2.1/servers/detail?name=${nameOfDemos}`, as: 'demo', headers: at('2.47')
  }),
  'servers of all, as a member': () => ({ path: '/v2.1/servers/detail?all_tenants=1', as: 'demo' }),
  'servers of all, short, as a reader': () => ({ path: '/v2.1/servers?all_tenants=1', as: 'monitor' }),
  'servers without a token': () => ({ path: '/v2.1/servers/detail', as: 'nobody' }),
  'servers after no server': () => ({ path: `/v2.1/servers/detail?marker=${unknown}` }),
  'a negative limit': () => ({ path: '/v2.1/servers?limit=-1' }),
  'a limit of 0': () => ({ path: '/v2.1/servers?limit=0' }),
  'a name that is no expression': () => ({ path: '/v2.1/servers?name=(' }),
  'an empty name': () => ({ path: '/v2.1/servers?name=' }),
  'all_tenants that is no flag': () => ({ path: '/v2.1/servers?all_tenants=maybe' }),
  'a server of one\'s own': ({ servers }) => ({ path: `/v2.1/servers/${servers.demo}`, as: 'demo' }),
  'a server that is another project\'s': ({ servers }) => ({
    path: `/v2.1/servers/${servers.demo}`, as: 'monitor'
  }),
  'no server': () => ({ path: `/v2.1/servers/${unknown}` }),
  'no path of Nova\'s': () => ({ path: '/v2.1/nothing-here' }),
  ...Object.fromEntries([
    '2.1', '2.3', '2.9', '2.16', '2.26', '2.36', '2.39', '2.47', '2.57', '2.63', '2.73', '2.90', '2.93'
  ].flatMap((version) => [
    [
      `limits at ${version}`,
      ({ projects }: Side) => ({ path: `/v2.1/limits?tenant_id=${projects.demo}`, headers: at(version) })
    ],
    [
      `servers in detail at ${version}`,
      () => ({ path: '/v2.1/servers/detail?all_tenants=1', headers: at(version) })
    ]
  ])),
  ...Object.fromEntries(([
    'ACTIVE', 'SHUTOFF', 'ERROR'
  ] as const).flatMap((status) => ['2.1', '2.47', '2.93'].map((version) =>
    [
      `a server that is ${status} at ${version}`,
      ({ servers }: Side) => ({ path: `/v2.1/servers/${servers[status]}`, headers: at(version) })
    ])))
}

compare(t, sides, 'compute', requests)
