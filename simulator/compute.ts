import { withMicroversion } from './microversion.js'
import { defaultLimits, zeroUsage } from './projects.js'
import { listServers, showServer } from './servers.js'
import { isAdmin } from './tokens.js'
import {
  authenticated, dispatch, fault, notFound, type AuthenticatedHandler, type Handler, type World
} from './world.js'

const version = ({ origins }: World) => ({
  id: 'v2.1',
  status: 'CURRENT',
  version: '2.93',
  min_version: '2.1',
  updated: '2013-07-23T11:33:21Z',
  links: [{ rel: 'self', href: `${origins.compute}/v2.1/` }]
})

const showVersions: Handler = (world) => ({
  status: 200,
  body: {
    versions: [{
      id: 'v2.0',
      status: 'SUPPORTED',
      version: '',
      min_version: '',
      updated: '2011-01-21T11:33:21Z',
      links: [{ rel: 'self', href: `${world.origins.compute}/v2/` }]
    }, version(world)]
  }
})

const showVersion: Handler = (world, call) => withMicroversion(call, () => {
  const { links, ...rest } = version(world)
  return {
    status: 200,
    body: {
      version: {
        ...rest,
        links: [...links, { rel: 'describedby', type: 'text/html', href: 'http://docs.openstack.org/' }],
        'media-types': [
          { base: 'application/json', type: 'application/vnd.openstack.compute+json;version=2.1' }
        ]
      }
    }
  }
})

// Only admins may name a project, even their own. A project that does not exist has the default limits.
const showLimits = (minor: number): AuthenticatedHandler => (world, { query }, token) => {
  const requested = query.get('tenant_id')
  if (requested !== null && !isAdmin(token)) {
    return fault(403, 'forbidden',
      "Policy doesn't allow os_compute_api:limits:other_project to be performed.")
  }
  const id = requested ?? token.project?.id
  if (id === undefined) return fault(403, 'forbidden', 'Forbidden')
  const { limits, used } = world.cloud.projects.get(id) ?? { limits: defaultLimits, used: zeroUsage }
  return {
    status: 200,
    body: {
      limits: {
        rate: [],
        absolute: {
          maxTotalInstances: limits.instances,
          maxTotalCores: limits.vcpus,
          maxTotalRAMSize: limits.memoryMb,
          maxServerMeta: 128,
          maxTotalKeypairs: 100,
          maxServerGroups: 10,
          maxServerGroupMembers: 10,
          totalRAMUsed: used.memoryMb,
          totalCoresUsed: used.vcpus,
          totalInstancesUsed: used.instances,
          totalServerGroupsUsed: 0,
          ...(minor < 36 && networkLimits),
          ...(minor < 39 && { maxImageMeta: 128 }),
          ...(minor < 57 && { maxPersonality: 5, maxPersonalitySize: 10240 })
        }
      }
    }
  }
}

// Before microversion 2.36, Nova still lists these limits of the network service, with placeholder numbers.
const networkLimits = {
  maxTotalFloatingIps: -1,
  maxSecurityGroups: -1,
  maxSecurityGroupRules: -1,
  totalFloatingIpsUsed: 0,
  totalSecurityGroupsUsed: 0
}

const withTokenAndVersion = (handle: (minor: number) => AuthenticatedHandler): Handler =>
  authenticated((world, call, token, path) =>
    withMicroversion(call, (minor) => handle(minor)(world, call, token, path)))

/** Nova: version documents, limits with usage, servers. */
export const compute = dispatch([
  ['GET', /^\/$/, showVersions],
  ['GET', /^\/v2\.1\/?$/, showVersion],
  ['GET', /^\/v2\.1\/limits$/, withTokenAndVersion(showLimits)],
  ['GET', /^\/v2\.1\/servers\/detail$/, withTokenAndVersion((minor) => listServers(minor, true))],
  ['GET', /^\/v2\.1\/servers$/, withTokenAndVersion((minor) => listServers(minor, false))],
  ['GET', /^\/v2\.1\/servers\/([^/]+)$/, withTokenAndVersion(showServer)]
], authenticated(notFound))
