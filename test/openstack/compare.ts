import type { Test } from 'tap'
import { differences } from './shape.js'
import type { Role, Side, User } from './side.js'

/** One request, in the words of a side: both have their own ids. */
export interface Asked {
  path: string
  as?: User | 'nobody'
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  headers?: Record<string, string>
  body?: unknown
}

/** Headers that a client reads, and what of them must be the same. */
const headers: Record<string, (value: string) => string> = {
  'content-type': (value) => value.split(';')[0]!,
  'x-subject-token': () => 'a token',
  'www-authenticate': (value) => value.replace(/http.*/, 'a URL'),
  'openstack-api-version': (value) => value,
  'x-openstack-nova-api-version': (value) => value,
  location: () => 'a URL'
}

/** Differences that no client can see. */
const tolerated = new Set([
  // Keystone adds this, empty, where an application credential asks for a scope.
  '.error.identity: nothing instead of object'
])

export type Requests = Record<string, (side: Side) => Asked>

/** Asks both sides each request, and finds that the answers are of one form: status, headers, body. */
export function compare (t: Test, sides: Record<'simulated' | 'real', Side>, role: Role, requests: Requests) {
  for (const [name, ask] of Object.entries(requests)) {
    t.test(`${role}: ${name}`, async (t) => {
      const [simulated, real] = await Promise.all(
        [sides.simulated, sides.real].map((side) => send(side, role, ask(side)))
      )
      t.equal(simulated!.status, real!.status, 'status')
      t.strictSame(simulated!.headers, real!.headers, 'headers')
      t.strictSame(differences(simulated!.body, real!.body).filter((one) => !tolerated.has(one)), [], 'body')
    })
  }
}

async function send (
  side: Side, role: Role, { path, as = 'admin', method = 'GET', headers: sent, body }: Asked
) {
  const answer = await fetch(side.origins[role] + path, {
    method,
    headers: {
      'x-auth-token': as === 'nobody' ? 'not-a-token' : side.tokens[as],
      'content-type': 'application/json',
      ...sent
    },
    body: body === undefined ? undefined : JSON.stringify(body)
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, form]) => {
      const value = answer.headers.get(name)
      return [name, value === null ? null : form(value)]
    })),
    body: /^[[{]/.test(text) ? JSON.parse(text) : text
  }
}
