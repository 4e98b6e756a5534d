import { defaultLimits, zeroUsage } from './projects.js'
import { mayRead } from './tokens.js'
import { authenticated, dispatch, fault, notFound, type AuthenticatedHandler, type Handler } from './world.js'

const headers = { 'openstack-api-version': 'volume 3.0', vary: 'OpenStack-API-Version' }

const showVersions: Handler = ({ origins }) => ({
  status: 300,
  headers,
  body: {
    versions: [{
      id: 'v3.0',
      status: 'CURRENT',
      version: '3.70',
      min_version: '3.0',
      updated: '2022-08-31T00:00:00Z',
      links: [
        { rel: 'describedby', type: 'text/html', href: 'https://docs.openstack.org/' },
        { rel: 'self', href: `${origins['block-storage']}/v3/` }
      ],
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.volume+json;version=3' }]
    }]
  }
})

// The path may start with a second project id: as in Cinder, it must be the project of the token.
const showQuota: AuthenticatedHandler = ({ cloud }, { query }, token, [, pathProject, id]) => {
  if (pathProject !== undefined && pathProject !== token.project?.id) {
    return { ...fault(400, 'badRequest', 'Malformed request url'), headers }
  }
  if (!mayRead(token, id!)) {
    return {
      ...fault(403, 'forbidden', "Policy doesn't allow volume_extension:quotas:show to be performed."),
      headers
    }
  }
  const { limits, used } = cloud.projects.get(id!) ?? { limits: defaultLimits, used: zeroUsage }
  const withUsage = query.get('usage')?.toLowerCase() === 'true'
  const quota = (limit: number, used: number) => withUsage ? { limit, in_use: used, reserved: 0 } : limit
  return {
    status: 200,
    headers,
    body: {
      quota_set: {
        volumes: quota(limits.volumes, used.volumes),
        per_volume_gigabytes: quota(-1, 0),
        snapshots: quota(10, 0),
        gigabytes: quota(limits.gigabytes, used.gigabytes),
        backups: quota(10, 0),
        backup_gigabytes: quota(1000, 0),
        volumes___DEFAULT__: quota(-1, used.volumes),
        gigabytes___DEFAULT__: quota(-1, used.gigabytes),
        snapshots___DEFAULT__: quota(-1, 0),
        groups: quota(10, 0),
        id
      }
    }
  }
}

/** Cinder: the version documents, and limits with usage. */
export const blockStorage = dispatch([
  ['GET', /^\/$/, showVersions],
  ['GET', /^\/v3\/$/, authenticated((world, call) => ({ ...showVersions(world, call, []), status: 200 }))],
  ['GET', /^\/v3\/(?:([^/]+)\/)?os-quota-sets\/([^/]+)$/, authenticated(showQuota)]
], authenticated(notFound))
