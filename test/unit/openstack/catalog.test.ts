import t from 'tap'
import { findEndpoint, readCatalog, withVersion, versionDocumentUrl } from '#lib/openstack/catalog.js'
import type { CatalogService, EndpointChoice } from '#lib/openstack/catalog.js'

const project = 'da9572dd8c0a4857aa12d9c4cbb76306'
const authUrl = 'https://login/v3'
const endpoint = (url: string, region: string | null = 'one', kind = 'public') => ({
  url, region_id: region, interface: kind
})
const entry = (type: string, ...urls: string[]) => ({ type, endpoints: urls.map((url) => endpoint(url)) })
const find = (
  catalog: Parameters<typeof findEndpoint>[0], service: CatalogService, choice: Partial<EndpointChoice> = {}
) => findEndpoint(catalog, service, { authUrl, interface: 'public', ...choice }, project)

const catalog = [
  {
    type: 'compute',
    endpoints: [
      endpoint('http://one/v2.1'),
      endpoint('http://two/v2.1', 'two'),
      endpoint('http://inside/v2.1/', 'one', 'internal')
    ]
  },
  { type: 'network', endpoints: [{ url: 'http://network:9696', region: 'one', interface: 'public' }] },
  { type: 'volumev3', endpoints: [endpoint(`http://old/v3/${project}`)] },
  { type: 'block-storage', endpoints: [endpoint(`http://new/v3/${project}`, 'two')] }
]

t.test('chooses an endpoint by service, region and interface', async (t) => {
  t.equal(find(catalog, 'compute', { region: 'two' }), 'http://two/v2.1')
  t.equal(find(catalog, 'compute', { region: 'one', interface: 'internal' }), 'http://inside/v2.1')
  t.equal(find(catalog, 'network'), 'http://network:9696/v2.0')
})

t.test('chooses the first service type with an endpoint in the region', async (t) => {
  t.equal(find(catalog, 'block-storage', { region: 'two' }), `http://new/v3/${project}`)
  t.equal(find(catalog, 'block-storage', { region: 'one' }), `http://old/v3/${project}`)
  for (const type of ['block-storage', 'block-store', 'volumev3', 'volume', 'volumev2']) {
    const url = find([entry(type, `http://cinder/v3/${project}`)], 'block-storage')
    t.equal(url, `http://cinder/v3/${project}`, type)
  }
})

t.test('names the regions where the cloud has several and none is chosen', async (t) => {
  t.throws(() => find(catalog, 'compute'),
    { reason: 'absent', message: 'compute: is in several regions: set OS_REGION_NAME to one of one, two' })
})

t.test('reports the missing endpoint, or an endpoint that is not a URL', async (t) => {
  t.throws(
    () => find(catalog, 'network', { region: 'two' }),
    { reason: 'absent', message: /no public endpoint of it in two$/ }
  )
  t.throws(
    () => find(catalog, 'network', { interface: 'admin' }),
    { reason: 'absent', message: /no admin endpoint of it$/ }
  )
  for (const url of ['nonsense', 'nova:8774/v2.1', '/v2.1', 'http://', 'ftp://nova/v2.1']) {
    t.throws(
      () => find([entry('compute', url)], 'compute'),
      { reason: 'invalid', message: 'compute: its endpoint is not a URL' },
      url
    )
  }
  t.equal(find([entry('compute', 'nonsense', 'http://nova/v2')], 'compute'), 'http://nova/v2.1')
})

t.test('an endpoint without a region is in each region that has none of its own', async (t) => {
  for (const region of ['*', null, '']) {
    const endpoints = [endpoint('http://any', region), endpoint('http://two', 'two')]
    const compute = [{ type: 'compute', endpoints }]
    t.equal(find(compute, 'compute', { region: 'one' }), 'http://any/v2.1', `region ${region}`)
    t.equal(find(compute, 'compute', { region: 'two' }), 'http://two/v2.1')
    t.equal(find(compute, 'compute'), 'http://two/v2.1')
    t.equal(find([{ type: 'compute', endpoints: endpoints.slice(0, 1) }], 'compute'), 'http://any/v2.1')
  }
})

t.test('identity is where the login was, unless the catalog lists it in the region', async (t) => {
  const identity = (...regions: Array<string | null>) => [
    { type: 'identity', endpoints: regions.map((region) => endpoint(`http://of-${region}/v3`, region)) }
  ]
  const login = 'https://login/v3'
  for (const [regions, region, url] of [
    [['one'], 'one', 'http://of-one/v3'],
    [['one'], undefined, 'http://of-one/v3'],
    [['*', 'one'], 'one', 'http://of-one/v3'],
    [['one'], 'two', login],
    [['one', 'two'], undefined, login],
    [['*'], 'one', login],
    [['*'], undefined, login],
    [[null], 'one', login],
    [[''], undefined, login],
    [[], 'one', login],
    [[], undefined, login]
  ] as Array<[Array<string | null>, string | undefined, string]>) {
    t.equal(find(identity(...regions), 'identity', { region }), url, `${regions} with region ${region}`)
  }
  t.equal(find(identity('one'), 'identity', { interface: 'internal' }), login, 'in no such interface')
  t.equal(find([], 'identity', { authUrl: 'http://keystone:5000/v2.0/' }), 'http://keystone:5000/v3')
})

/** The endpoints of a service in one region, and the URL that is used. */
const versions: Array<[CatalogService, string[], string]> = [
  ['identity', ['http://k:5000/v2.0', 'http://k:5000/v3'], 'http://k:5000/v3'],
  ['identity', ['http://new/v3/', 'http://old/v2.0'], 'http://new/v3'],
  ['identity', ['http://k/identity/v2.0'], 'http://k/identity/v3'],
  ['compute', ['http://old/v2', 'http://new/v2.1'], 'http://new/v2.1'],
  ['compute', [`http://old/v2/${project}`, `http://new/v2.1/${project}`], `http://new/v2.1/${project}`],
  ['compute', ['http://old/v2', 'http://any'], 'http://any/v2.1'],
  ['compute', ['http://old/v3', 'http://n/v2'], 'http://old/v2.1'],
  ['network', ['http://n:9696/v2.0/', 'http://other'], 'http://n:9696/v2.0'],
  ['block-storage', [`http://c/v1/${project}`, `http://c/v2/${project}`], `http://c/v3/${project}`],
  ['block-storage', [`http://old/v2/${project}`, 'http://new/v3'], `http://new/v3/${project}`]
]

t.test('prefers the endpoint with the spoken version, then one without a version', async (t) => {
  for (const [service, urls, expected] of versions) {
    const type = service === 'block-storage' ? 'volumev3' : service
    t.equal(find([entry(type, ...urls)], service), expected, `${service} at ${urls}`)
    const entries = urls.map((url) => entry(type, url))
    t.equal(find(entries, service), expected, `${service} at ${urls}, each an entry of its own`)
  }
  t.equal(find([
    entry('volume', `http://one/v1/${project}`), entry('volumev2', `http://two/v2/${project}`),
    entry('volumev3', `http://three/v3/${project}`)
  ], 'block-storage'), `http://three/v3/${project}`)
  t.equal(find([
    entry('volumev3', `http://three/v3/${project}`), entry('block-storage', `http://two/v2/${project}`)
  ], 'block-storage'), `http://three/v3/${project}`)
})

t.test('gives a URL the version that the service speaks, whatever version it has', async (t) => {
  const cases: Array<[CatalogService, string, string]> = [
    ['identity', 'https://k:5000', 'https://k:5000/v3'],
    ['identity', 'https://k:5000/', 'https://k:5000/v3'],
    ['identity', 'https://k:5000//', 'https://k:5000/v3'],
    ['identity', 'https://k:5000/v3', 'https://k:5000/v3'],
    ['identity', 'https://k:5000/v3/', 'https://k:5000/v3'],
    ['identity', 'https://k:5000/v2.0', 'https://k:5000/v3'],
    ['identity', 'https://k:5000/v2.0/', 'https://k:5000/v3'],
    ['identity', 'https://k:5000/v2.0/tokens', 'https://k:5000/v3'],
    ['identity', 'https://k:5000/v3/auth/tokens', 'https://k:5000/v3'],
    ['identity', 'https://k:5000/v3/auth/tokens/', 'https://k:5000/v3'],
    ['identity', 'https://k/identity', 'https://k/identity/v3'],
    ['identity', 'https://k/identity/', 'https://k/identity/v3'],
    ['identity', 'https://k/identity/v3/auth/tokens', 'https://k/identity/v3'],
    ['identity', 'https://gateway/v1/identity', 'https://gateway/v1/identity/v3'],
    ['identity', 'https://gateway/v1/identity/v2.0', 'https://gateway/v1/identity/v3'],
    ['identity', 'https://v2.example.org', 'https://v2.example.org/v3'],
    ['identity', 'HTTPS://user:secret@k/v3?x#y', 'https://k/v3'],
    ['compute', 'http://n:8774', 'http://n:8774/v2.1'],
    ['compute', 'http://n:8774/v2', 'http://n:8774/v2.1'],
    ['compute', `http://n:8774/v2/${project}`, `http://n:8774/v2.1/${project}`],
    ['compute', 'http://n/compute/', 'http://n/compute/v2.1'],
    ['compute', 'http://n/v2services', 'http://n/v2services/v2.1'],
    ['compute', 'http://n/v1/compute', 'http://n/v1/compute/v2.1'],
    ['network', 'http://n:9696/', 'http://n:9696/v2.0'],
    ['network', 'http://n/networking/v2.0', 'http://n/networking/v2.0'],
    ['block-storage', 'http://c:8776', `http://c:8776/v3/${project}`],
    ['block-storage', 'http://c/volume/v3/', `http://c/volume/v3/${project}`],
    ['block-storage', `http://c/v2/${project}/`, `http://c/v3/${project}`]
  ]
  for (const [service, url, expected] of cases) {
    t.equal(withVersion(url, service, project), expected, url)
  }
  t.equal(withVersion('http://c/v3', 'block-storage'), 'http://c/v3', 'where the project is unknown')
  t.equal(withVersion('http://c/v2/short', 'block-storage', 'short'), 'http://c/v3/short')
})

t.test('finds the version document of an endpoint', async (t) => {
  t.equal(versionDocumentUrl('https://k/compute/v2.1/abc'), 'https://k/compute/v2.1/')
  t.equal(versionDocumentUrl('https://v3.example.org/v2.0'), 'https://v3.example.org/v2.0/')
  t.equal(versionDocumentUrl('https://gateway/v1/volume/v3/abc'), 'https://gateway/v1/volume/v3/')
})

t.test('reads the part of a catalog that is used and readable', async (t) => {
  const endpoint = { interface: 'public', region: null, region_id: 'RegionOne', url: 'http://nova' }
  const odd = [null, {}, 'x', { ...endpoint, url: null }, { ...endpoint, region: 1 }, { url: 'http://nova' }]
  t.same(readCatalog([
    { type: 'compute', name: null, endpoints: [...odd, endpoint] },
    { type: null, endpoints: [endpoint] }, { type: 'network', endpoints: null }, { type: 'volumev3' },
    { type: 'image', endpoints: [endpoint] }, null, 1
  ]), [
    { type: 'compute', endpoints: [endpoint] }, { type: 'network', endpoints: [] },
    { type: 'volumev3', endpoints: [] }
  ])
})
