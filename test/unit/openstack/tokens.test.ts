import t from 'tap'
import type { Catalog } from '#lib/openstack/catalog.js'
import type { CloudConfig } from '#lib/openstack/clouds-yaml.js'
import { createTokenStore, maxScopes } from '#lib/openstack/tokens.js'
import type { CallUpstream } from '#lib/upstream/upstream.js'

const cloud: CloudConfig = {
  authUrl: 'http://keystone',
  identity: {},
  applicationCredential: false,
  interface: 'public',
  overrides: {},
  tls: {}
}

/** A store of tokens over a Keystone whose catalog is this one; `issued` has the project of each token. */
function connect (catalog: Catalog = []) {
  const issued: string[] = []
  const keystone: CallUpstream = async (upstream, { body }) => {
    const { auth } = JSON.parse(body!)
    const project = auth.scope?.project.id ?? 'own'
    const number = issued.push(project)
    const [issuedAt, expiresAt] = ['2026-11-23T12:00:00Z', '2026-11-23T13:00:00Z']
    const token = { issued_at: issuedAt, expires_at: expiresAt, project: { id: project }, catalog }
    return { status: 201, headers: { 'x-subject-token': `token-${number}` }, body: { token } }
  }
  return { issued, tokens: createTokenStore(cloud, keystone, { now: () => 0, onBackgroundError () {} }) }
}

t.test('caches the tokens of projects up to 32 MiB', async (t) => {
  const endpoints = [{ interface: 'public', url: `http://nova/${'x'.repeat(2 ** 20)}` }]
  const { issued, tokens } = connect([{ type: 'compute', endpoints }])
  for (let n = 0; n < 10; n++) await tokens.of(`p${n}`).get()
  await tokens.of('p0').get()
  t.equal(issued.length, 11, 'one for the credential, and one for each project')
  for (let n = 10; n < 30; n++) await tokens.of(`p${n}`).get()
  await tokens.of('p29').get()
  t.equal(issued.length, 31)
  await tokens.of('p1').get()
  t.same(issued.slice(31), ['p1'])
  await tokens.of().get()
  t.equal(issued.length, 32, 'the credential\'s own token is not evicted')
})

t.test('caches the entries of the catalog that are used, and no others', async (t) => {
  const endpoint = {
    id: '1', interface: 'public', region: 'one', region_id: 'one', url: 'http://nova', name: 'x'
  }
  const catalog = ['compute', 'object-store', 'volume'].map((type) => ({
    id: '2', name: 'nova', type, endpoints: [endpoint]
  }))
  const { id, name, ...used } = endpoint
  t.same((await connect(catalog).tokens.of().get()).catalog, [
    { type: 'compute', endpoints: [used] }, { type: 'volume', endpoints: [used] }
  ])
})

t.test('remembers a bounded number of replacements', async (t) => {
  const { issued, tokens } = connect()
  const replaceToken = async (project: string) => {
    const before = issued.length
    await tokens.replace(await tokens.of(project).get(), project)
    return issued.length - before
  }
  t.equal(await replaceToken('first'), 3, 'the credential\'s own token, the project\'s, and another one')
  t.equal(await replaceToken('first'), 0)
  for (let n = 1; n < maxScopes; n++) await replaceToken(`p${n}`)
  t.equal(await replaceToken('first'), 0)
  for (let n = 0; n < maxScopes; n++) await replaceToken(`q${n}`)
  t.equal(await replaceToken('first'), 1)
})
