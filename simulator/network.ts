import type { SimulatedResponse } from './calls.js'
import { defaultLimits, zeroUsage } from './projects.js'
import { mayRead } from './tokens.js'
import { authenticated, dispatch, type AuthenticatedHandler, type Handler } from './world.js'

const neutronError = (status: number, type: string, message: string): SimulatedResponse =>
  ({ status, body: { NeutronError: { type, message, detail: '' } } })

const showVersions: Handler = ({ origins }) => ({
  status: 200,
  body: {
    versions: [{ id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${origins.network}/v2.0/` }] }]
  }
})

const showResources: AuthenticatedHandler = ({ origins }) => ({
  status: 200,
  body: {
    resources: ['network', 'subnet', 'subnetpool', 'port'].map((name) =>
      ({ name, collection: `${name}s`, links: [{ rel: 'self', href: `${origins.network}/v2.0/${name}s` }] }))
  }
})

const quota = (limit: number, used: number) => ({ limit, used, reserved: 0 })

const showQuota: AuthenticatedHandler = ({ cloud }, call, token, [, id]) => {
  if (!mayRead(token, id!)) {
    return neutronError(403, 'AdminRequired',
      'User does not have admin privileges: Only admin is authorized to access quotas for another project.')
  }
  const { limits, used } = cloud.projects.get(id!) ?? { limits: defaultLimits, used: zeroUsage }
  const anyInstance = Math.min(used.instances, 1)
  return {
    status: 200,
    body: {
      quota: {
        network: quota(100, anyInstance),
        subnet: quota(100, anyInstance),
        subnetpool: quota(-1, 0),
        port: quota(500, used.instances),
        router: quota(10, anyInstance),
        floatingip: quota(limits.floatingIps, used.floatingIps),
        rbac_policy: quota(10, 0),
        security_group: quota(limits.securityGroups, used.securityGroups),
        security_group_rule: quota(100, 4 * used.securityGroups)
      }
    }
  }
}

/** Neutron: the version documents, and limits with usage. */
export const network = dispatch([
  ['GET', /^\/$/, showVersions],
  ['GET', /^\/v2\.0\/$/, authenticated(showResources)],
  ['GET', /^\/v2\.0\/quotas\/([^/]+)\/details(?:\.json)?$/, authenticated(showQuota)]
], authenticated(() => neutronError(404, 'HTTPNotFound', 'The resource could not be found.')))
