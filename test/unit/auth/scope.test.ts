import t from 'tap'
import { scopeKey, scopeFromToken } from '#lib/auth/scope.js'
import type { Scope } from '#lib/auth/scope.js'
import type { ValidatedToken } from '#lib/openstack/token-validation.js'

const token = (scope: Partial<ValidatedToken>, ...roles: string[]): ValidatedToken =>
  ({
    expires_at: '2026-11-23T09:25:30.000000Z',
    ...scope,
    ...(roles.length > 0 && { roles: roles.map((name) => ({ name })) })
  })
const project = { project: { id: 'p' } }
const domain = { domain: { id: 'd' } }
const system = { system: { all: true } }
const ofProject: Scope = { sees: 'project', id: 'p' }
const ofDomain: Scope = { sees: 'domain', id: 'd' }
const all: Scope = { sees: 'all' }
const none = { sees: 'none', reason: 'the token\'s roles allow nothing here' }

/** Who has a token, and what he sees with `auditor` as a role that sees all. */
const tokens: Array<[name: string, token: ValidatedToken, sees: object]> = [
  ['an admin', token(project, 'member', 'reader', 'admin'), all],
  ['an admin of the system', token(system, 'admin', 'member', 'reader'), all],
  ['an admin of a domain', token(domain, 'admin', 'member', 'reader'), ofDomain],
  ['an admin of the admin project', token({ ...project, is_admin_project: true }, 'admin'), all],
  [
    'an admin of another project than that',
    token({ ...project, is_admin_project: false }, 'admin', 'member', 'reader'),
    ofProject
  ],
  ['a manager', token(project, 'manager', 'member', 'reader'), ofProject],
  ['a member', token(project, 'member', 'reader'), ofProject],
  ['a member, where that implies nothing', token(project, 'member'), ofProject],
  ['a reader', token(project, 'reader'), ofProject],
  ['a reader of a domain', token(domain, 'reader'), ofDomain],
  ['a reader of the system', token(system, 'reader'), none],
  ['somebody with a role that sees all', token(project, 'auditor'), all],
  ['the same, on the system', token(system, 'auditor'), all],
  ['the same, on a domain', token(domain, 'auditor'), ofDomain],
  ['the same, outside the admin project', token({ ...project, is_admin_project: false }, 'auditor'), all],
  ['somebody with another role', token(project, 'heat_stack_owner'), none],
  ['the same, on a domain', token(domain, 'heat_stack_owner'), none],
  ['somebody whose role is only called like one', token(project, 'Admin', 'administrator', 'reader2'), none],
  ['somebody without a role', token(project), none],
  [
    'somebody without a scope',
    token({}),
    { sees: 'none', reason: 'the token has no scope: ask Keystone for one of a project' }
  ],
  [
    'somebody without a scope, with roles',
    token({}, 'admin', 'auditor'),
    { sees: 'none', reason: 'the token has no scope: ask Keystone for one of a project' }
  ]
]

for (const [name, token, sees] of tokens) {
  t.test(`tells what ${name} sees`, async (t) => {
    t.same(scopeFromToken(token, ['auditor', 'support']), sees)
  })
}

t.test('has a key for each scope', async (t) => {
  const scopes: Scope[] = [
    all,
    ofProject,
    ofDomain,
    { sees: 'project', id: 'd' },
    { sees: 'domain', id: 'p' },
    { sees: 'none', reason: 'project p' }
  ]
  t.equal(new Set(scopes.map(scopeKey)).size, scopes.length)
  t.equal(scopeKey(ofProject), scopeKey({ ...ofProject }))
})
