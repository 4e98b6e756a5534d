import { hexId } from './random.js'
import type { World } from './world.js'

/**
 * The service catalog of a token: the four services at their simulated addresses.
 * Cinder's URL contains the project id, so Cinder has no endpoint without a project.
 */
export function catalogOf ({ origins }: World, projectId?: string) {
  return [
    service('network', 'neutron', origins.network),
    service('compute', 'nova', `${origins.compute}/v2.1`),
    service('volumev3', 'cinder', projectId && `${origins['block-storage']}/v3/${projectId}`),
    service('identity', 'keystone', `${origins.identity}/v3`)
  ]
}

function service (type: string, name: string, url?: string) {
  const endpoints = (url === undefined ? [] : ['internal', 'admin', 'public']).map((kind) =>
    ({
      id: hexId(`endpoint ${name} ${kind}`), interface: kind, region_id: 'RegionOne', url, region: 'RegionOne'
    }))
  return { endpoints, id: hexId(`service ${name}`), type, name }
}
