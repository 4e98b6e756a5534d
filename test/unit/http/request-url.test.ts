import t from 'tap'
import { canonicalUrl, withoutParameters } from '#lib/http/request-url.js'

t.test('spells a path as routes do, and leaves the query alone', async (t) => {
  const spellings: Array<[url: string, canonical: string]> = [
    ['/', '/'],
    ['', '/'],
    ['//', '/'],
    ['/healthz', '/healthz'],
    ['/healthz/', '/healthz'],
    ['//healthz', '/healthz'],
    ['///v1//openstack///projects/', '/v1/openstack/projects'],
    ['/healthz/?a=//b/', '/healthz?a=//b/'],
    ['/?/', '/?/'],
    ['?a=1', '/?a=1'],
    ['http://localhost:8080/healthz', '/healthz'],
    ['HTTPS://localhost//healthz/?a', '/healthz?a'],
    ['http://localhost', '/'],
    ['http://localhost?a=1', '/?a=1'],
    ['//evil.example/healthz', '/evil.example/healthz'],
    ['/http://evil.example/', '/http:/evil.example'],
    ['/%2f/healthz', '/%2f/healthz'],
    ['*', '*']
  ]
  for (const [url, canonical] of spellings) {
    t.equal(canonicalUrl(url), canonical, url)
    t.equal(canonicalUrl(canonical), canonical)
  }
})

t.test('removes parameters, and pairs without a name and a value', async (t) => {
  const removals: Array<[url: string, names: string[], expected: string]> = [
    ['/a', ['limit'], '/a'],
    ['/a?', [], '/a'],
    ['/a?&', [], '/a'],
    ['/a?limit=1&&marker=b&', [], '/a?limit=1&marker=b'],
    ['/a?limit=&marker=b', ['limit'], '/a?marker=b'],
    ['/a?limit&marker=b', ['limit'], '/a?marker=b'],
    ['/a?li%6dit=&marker=', ['limit', 'marker'], '/a'],
    ['/a?limits=&limit=', ['limit'], '/a?limits='],
    ['/a?=&%zz=', ['limit'], '/a?=&%zz='],
    ['/a?b=1?limit=', ['limit'], '/a?b=1?limit=']
  ]
  for (const [url, names, expected] of removals) t.equal(withoutParameters(url, names), expected, url)
})
