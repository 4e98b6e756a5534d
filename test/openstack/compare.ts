import type { Test } from 'tap'
import type { ComparedCloud, ServiceName, User } from './compared-clouds.js'
import { differences } from './structure.js'

/** A request to a service of a cloud. */
export interface CloudRequest {
  path: string
  as?: User | 'nobody'
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  headers?: Record<string, string>
  body?: unknown
}

/** Headers that clients read, with the part of each value that must be equal. */
const headers: Record<string, (value: string) => string> = {
  'content-type': (value) => value.split(';')[0]!,
  'x-subject-token': () => 'a token',
  'www-authenticate': (value) => value.replace(/http.*/, 'a URL'),
  'openstack-api-version': (value) => value,
  'x-openstack-nova-api-version': (value) => value,
  location: () => 'a URL'
}

/** Differences that do not matter to clients. */
const tolerated = new Set([
  // Keystone adds an empty object if the login with an application credential has a scope.
  '.error.identity: nothing instead of object'
])

/** Requests by name. Ids differ between the clouds, so each request is made for one of them. */
export type Requests = Record<string, (cloud: ComparedCloud) => CloudRequest>

/** Sends each request to both clouds, and compares status, headers and the structure of the body. */
export function compare (
  t: Test,
  clouds: Record<'simulated' | 'real', ComparedCloud>,
  service: ServiceName,
  requests: Requests
) {
  for (const [name, requestFor] of Object.entries(requests)) {
    t.test(`${service}: ${name}`, async (t) => {
      const [simulated, real] = await Promise.all([clouds.simulated, clouds.real].map((cloud) =>
        send(cloud, service, requestFor(cloud))))
      t.equal(simulated!.status, real!.status, 'status')
      t.strictSame(simulated!.headers, real!.headers, 'headers')
      t.strictSame(differences(simulated!.body, real!.body).filter((one) => !tolerated.has(one)), [], 'body')
    })
  }
}

async function send (cloud: ComparedCloud, service: ServiceName, request: CloudRequest) {
  const { path, as = 'admin', method = 'GET', body } = request
  const response = await fetch(cloud.origins[service] + path, {
    method,
    headers: {
      'x-auth-token': as === 'nobody' ? 'not-a-token' : cloud.tokens[as],
      'content-type': 'application/json',
      ...request.headers
    },
    body: body === undefined ? undefined : JSON.stringify(body)
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, comparablePart]) => {
      const value = response.headers.get(name)
      return [name, value === null ? null : comparablePart(value)]
    })),
    body: /^[[{]/.test(text) ? JSON.parse(text) : text
  }
}
