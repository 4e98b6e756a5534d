import t from 'tap'
import { scopeKey, scopeFromToken } from '#lib/auth/scope.js'
import type { Scope } from '#lib/auth/scope.js'
import type { ValidatedToken } from '#lib/openstack/token-validation.js'

const token = (scope: Partial<ValidatedToken>, ...roles: string[]): ValidatedToken =>
  ({
    expires_at: '2026-11-23T09:25:30.000000Z',
    user: { id: 'u' },
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

const roles = {
  global: ['auditor', 'support'], reader: ['reader', 'member', 'manager', 'admin', '_member_']
}

/** Each bearer's token, and the scope that it gives where the role `auditor` sees all. */
const tokens: Array<[name: string, token: ValidatedToken, sees: object]> = [
  ['an admin', token(project, 'member', 'reader', 'admin'), all],
  ['an admin of the system', token(system, 'admin', 'member', 'reader'), all],
  ['an admin of a domain', token(domain, 'admin', 'member', 'reader'), ofDomain],
  ['an admin of the admin project', token({ ...project, is_admin_project: true }, 'admin'), all],
  [
    'an admin of another project than the admin project',
    token({ ...project, is_admin_project: false }, 'admin', 'member', 'reader'),
    ofProject
  ],
  ['a manager', token(project, 'manager', 'member', 'reader'), ofProject],
  ['a member', token(project, 'member', 'reader'), ofProject],
  ['a member, where that role implies no other', token(project, 'member'), ofProject],
  ['a reader', token(project, 'reader'), ofProject],
  ['a reader of a domain', token(domain, 'reader'), ofDomain],
  ['a reader of the system', token(system, 'reader'), none],
  ['a bearer of a role that sees all', token(project, 'auditor'), all],
  ['a bearer of a role that sees all, on the system', token(system, 'auditor'), all],
  ['a bearer of a role that sees all, on a domain', token(domain, 'auditor'), ofDomain],
  [
    'a bearer of a role that sees all, outside the admin project',
    token({ ...project, is_admin_project: false }, 'auditor'),
    all
  ],
  ['a bearer of another role', token(project, 'heat_stack_owner'), none],
  ['a bearer of another role, on a domain', token(domain, 'heat_stack_owner'), none],
  ['a member by the name of old clouds', token(project, '_member_'), ofProject],
  ['a member, in another case', token(project, 'Member'), ofProject],
  ['a reader of a domain, in another case', token(domain, 'READER'), ofDomain],
  ['an admin, in another case', token(project, 'Admin'), all],
  ['an admin in another case, on a domain', token(domain, 'Admin'), ofDomain],
  [
    'an admin in another case, of another project than the admin project',
    token({ ...project, is_admin_project: false }, 'Admin'),
    ofProject
  ],
  ['a bearer of a role that sees all, in another case', token(project, 'Auditor'), all],
  ['a bearer of roles with similar names', token(project, 'administrator', 'reader2', '_reader_'), none],
  ['a bearer without a role', token(project), none],
  [
    'a bearer without a scope',
    token({}),
    { sees: 'none', reason: 'the token has no scope: ask Keystone for one of a project' }
  ],
  [
    'a bearer without a scope, with roles',
    token({}, 'admin', 'auditor'),
    { sees: 'none', reason: 'the token has no scope: ask Keystone for one of a project' }
  ]
]

for (const [name, token, sees] of tokens) {
  t.test(`gives ${name} its scope`, async (t) => {
    t.same(scopeFromToken(token, roles), sees)
  })
}

t.test('the roles that see the token\'s scope are the given ones, in any case', async (t) => {
  const scopeOf = (...names: string[]) =>
    scopeFromToken(token(project, ...names), { global: [], reader: ['Monasca-User'] })
  t.same(scopeOf('monasca-user'), ofProject)
  t.same(scopeOf('member'), none)
  t.same(scopeOf('admin'), all)
  t.same(scopeFromToken(token({ ...project, is_admin_project: false }, 'admin'), {
    global: [], reader: ['monasca-user']
  }), none)
})

t.test('returns a cache key of its own for each scope', async (t) => {
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
