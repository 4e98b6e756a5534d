import type { SimulatedResponse, SimulatedCall } from './calls.js'
import { fault } from './world.js'

const newest = 93

// The minor part, 1 to 93; without a header it is 1. Nova accepts either header, and ignores versions that
// are for other services.
function microversionOf ({ headers }: SimulatedCall): number | SimulatedResponse {
  const requested = /(?:^|,)\s*compute\s+([^,\s]+)/i.exec(String(headers['openstack-api-version']))?.[1] ??
    headers['x-openstack-nova-api-version']
  if (requested === undefined) return 1
  if (requested === 'latest') return newest
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(String(requested)) ?? []
  if (minor === undefined) {
    return fault(400, 'badRequest',
      `API Version String ${requested} is of invalid format. Must be of format MajorNum.MinorNum.`)
  }
  if (major === '2' && Number(minor) >= 1 && Number(minor) <= newest) return Number(minor)
  return versioned(`${major}.${minor}`, fault(406, 'computeFault',
    `Version ${major}.${minor} is not supported by the API. Minimum is 2.1 and maximum is 2.${newest}.`))
}

/**
 * Responds for the requested microversion and names it in the headers, as Nova does.
 * @param respond receives the minor part of the microversion
 */
export function withMicroversion (
  call: SimulatedCall, respond: (minor: number) => SimulatedResponse
): SimulatedResponse {
  const minor = microversionOf(call)
  return typeof minor === 'number' ? versioned(`2.${minor}`, respond(minor)) : minor
}

function versioned (version: string, response: SimulatedResponse): SimulatedResponse {
  return {
    ...response,
    headers: {
      'openstack-api-version': `compute ${version}`,
      'x-openstack-nova-api-version': version,
      vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
      ...response.headers
    }
  }
}
