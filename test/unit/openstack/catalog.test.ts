import t from 'tap'
import { findEndpoint, withVersion, versionDocumentUrl } from '#lib/openstack/catalog.js'

const endpoint = (url: string, region = 'one', kind = 'public') => ({
  url, region_id: region, interface: kind
})
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
  { type: 'volumev3', endpoints: [endpoint('http://old/v3/p')] },
  { type: 'block-storage', endpoints: [endpoint('http://new/v3/p', 'two')] },
  { type: 'identity', endpoints: [endpoint('nonsense')] }
]

t.test('chooses by role, region and interface', async (t) => {
  t.equal(findEndpoint(catalog, 'compute', { region: 'two', interface: 'public' }), 'http://two/v2.1')
  t.equal(findEndpoint(catalog, 'compute', { region: 'one', interface: 'internal' }), 'http://inside/v2.1')
  t.equal(findEndpoint(catalog, 'network', { interface: 'public' }), 'http://network:9696/v2.0')
})

t.test('takes the first type that has an endpoint there', async (t) => {
  t.equal(findEndpoint(catalog, 'block-storage', { region: 'two', interface: 'public' }), 'http://new/v3/p')
  t.equal(findEndpoint(catalog, 'block-storage', { region: 'one', interface: 'public' }), 'http://old/v3/p')
})

t.test('names the regions where none was chosen', async (t) => {
  t.throws(() => findEndpoint(catalog, 'compute', { interface: 'public' }),
    { reason: 'absent', message: 'compute: is in several regions: set OS_REGION_NAME to one of one, two' })
})

t.test('says what is missing', async (t) => {
  t.throws(
    () => findEndpoint(catalog, 'network', { region: 'two', interface: 'public' }),
    { reason: 'absent', message: /no public endpoint of it in two$/ }
  )
  t.throws(
    () => findEndpoint(catalog, 'network', { interface: 'admin' }),
    { reason: 'absent', message: /no admin endpoint of it$/ }
  )
  t.throws(
    () => findEndpoint(catalog, 'identity', { interface: 'public' }),
    { reason: 'invalid', message: 'identity: its endpoint is not a URL' }
  )
})

t.test('puts the version where a URL has none, and finds it where it has', async (t) => {
  t.equal(
    withVersion('https://cloud.example.org/identity/', 'identity'), 'https://cloud.example.org/identity/v3'
  )
  t.equal(withVersion('https://cloud.example.org:5000/v3/', 'identity'), 'https://cloud.example.org:5000/v3')
  t.equal(
    withVersion('https://vms.example.org/v2services', 'compute'), 'https://vms.example.org/v2services/v2.1'
  )
  t.equal(
    versionDocumentUrl('https://cloud.example.org/compute/v2.1/abc'),
    'https://cloud.example.org/compute/v2.1/'
  )
  t.equal(versionDocumentUrl('https://v3.example.org/v2.0'), 'https://v3.example.org/v2.0/')
})
