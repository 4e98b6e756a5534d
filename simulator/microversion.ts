import type { SimulatedResponse, SimulatedCall } from './exchange.js'
import { fault } from './world.js'

const newest = 93

// 1 to 93, and 1 where nothing is asked. Either header does; one that names another service counts for nothing.
function microversionOf ({ headers }: SimulatedCall): number | SimulatedResponse {
  const asked = /(?:^|,)\s*compute\s+([^,\s]+)/i.exec(String(headers['openstack-api-version']))?.[1] ??
    headers['x-openstack-nova-api-version']
  if (asked === undefined) return 1
  if (asked === 'latest') return newest
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(String(asked)) ?? []
  if (minor === undefined) {
    return fault(400, 'badRequest', `API Version String ${asked} is of invalid format. Must be of format MajorNum.MinorNum.`)
  }
  if (major === '2' && Number(minor) >= 1 && Number(minor) <= newest) return Number(minor)
  return versioned(`${major}.${minor}`, fault(406, 'computeFault',
    `Version ${major}.${minor} is not supported by the API. Minimum is 2.1 and maximum is 2.${newest}.`))
}

/** Answers as compute does: for the microversion that the call asks for (the minor part of it), and naming it. */
export function withMicroversion (call: SimulatedCall, answer: (minor: number) => SimulatedResponse): SimulatedResponse {
  const minor = microversionOf(call)
  return typeof minor === 'number' ? versioned(`2.${minor}`, answer(minor)) : minor
}

function versioned (version: string, answer: SimulatedResponse): SimulatedResponse {
  return {
    ...answer,
    headers: {
      'openstack-api-version': `compute ${version}`,
      'x-openstack-nova-api-version': version,
      vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
      ...answer.headers
    }
  }
}
