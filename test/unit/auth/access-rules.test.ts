import t from 'tap'
import { matchPositions, isAllowed, parseAccessRules } from '#lib/auth/access-rules.js'

const given = (path: string, service = 'monitoring') => ({ service, method: 'GET', path })
const rule = (path: string) => parseAccessRules([given(path)])!
const projects = '/v1/openstack/projects'

/** Of each pattern, what it allows and what it does not. */
const patterns: Record<string, [allowed: string[], refused: string[]]> = {
  [`${projects}/summary`]: [
    [`${projects}/summary`],
    [`${projects}/summaries`, `${projects}/summary/`, `${projects}/Summary`, `x${projects}/summary`, '']
  ],
  [`${projects}/*/instances`]: [
    [`${projects}/a/instances`, `${projects}/*/instances`, `${projects}/{id}/instances`],
    [`${projects}//instances`, `${projects}/a/b/instances`, `${projects}/a/instances/b`]
  ],
  [`${projects}/{project_id}/instances`]: [
    [`${projects}/a/instances`, `${projects}/abc-1/instances`],
    [`${projects}//instances`, `${projects}/a/b/instances`]
  ],
  [`${projects}/{id}/{series}`]: [
    [`${projects}/a/cpuUsage`], [`${projects}/a`, `${projects}/a/`, `${projects}/a/b/c`]
  ],
  '/v1/**': [['/v1/', `${projects}/a/cpuUsage`], ['/v1', '/v2/']],
  '/v1/**/cpuUsage': [
    [`${projects}/a/cpuUsage`, '/v1//cpuUsage', '/v1/cpuUsage/cpuUsage'],
    ['/v1/cpuUsage', `${projects}/a/memUsage`, `${projects}/a/cpuUsages`]
  ],
  '**': [['', '/', `${projects}/summary`], []],
  '**a**': [['a', 'ba', 'ab', 'bab/a'], ['', 'b']],
  '***': [['a', 'a/b'], ['', '/']],
  '/v1*/x': [['/v1.2/x', '/v12/x'], ['/v1/x', '/v1/2/x']],
  '/v.*': [['/v.1', '/v.1.2'], ['/v1', '/vx']],
  '/{a': [['/{a'], ['/a', '/b']],
  '/a}': [['/a}'], ['/a']],
  '/(x+)+$': [['/(x+)+$'], ['/x', '/xxx']],
  '/[^/]+': [['/[^/]+'], ['/a']],
  '/😀*': [['/😀a', '/😀😀'], ['/😀', '/a']],
  '': [[''], ['/']]
}

for (const [pattern, [allowed, refused]] of Object.entries(patterns)) {
  t.test(`follows ${pattern || 'nothing'}`, async (t) => {
    for (const path of allowed) t.equal(isAllowed(rule(pattern), 'GET', path), true, path)
    for (const path of refused) t.equal(isAllowed(rule(pattern), 'GET', path), false, path)
  })
}

t.test('allows what one of the rules does, of this service and this method', async (t) => {
  const path = `${projects}/summary`
  t.equal(isAllowed([...rule('/x'), ...rule(path)], 'GET', path), true)
  t.equal(isAllowed(rule(path), 'HEAD', path), false)
  t.equal(isAllowed(parseAccessRules([given('**', 'compute')])!, 'GET', path), false)
  t.equal(isAllowed([], 'GET', path), false)
})

t.test('is read once, and as far as it is for this service', async (t) => {
  t.same(parseAccessRules([given('/v1/{id}/*/a**b'), given('/servers', 'compute')]), [
    { method: 'GET', parts: ['/v1/', '*', '/', '*', '/a', '**', 'b'] }
  ])
})

t.test('takes no more rules than each request can be held against', async (t) => {
  t.equal(parseAccessRules(Array(8).fill(given('x'.repeat(256))))?.length, 8)
  t.equal(parseAccessRules([...Array(8).fill(given('x'.repeat(256))), given('x')]), undefined)
  t.same(
    parseAccessRules(Array(1_000).fill(given('x'.repeat(256), 'compute'))),
    [],
    'those for others do not count'
  )
  t.equal(isAllowed(rule('**'), 'GET', 'x'.repeat(256)), true)
  t.equal(isAllowed(rule('**'), 'GET', 'x'.repeat(257)), false, 'no path of this service is so long')
})

t.test('is at each place of a path once at the most, however many ways lead there', async (t) => {
  for (const pattern of ['**x**x**x**', '***', '*x*x*', '{a}*{b}x', '**/**/*', '**x'.repeat(42)]) {
    for (const path of ['', '/', 'x'.repeat(256), '/x'.repeat(128), `${'x'.repeat(255)}y`]) {
      let places = [0]
      for (const part of rule(pattern)[0]!.parts) {
        places = matchPositions(places, part, path)
        t.same(
          places,
          [...new Set(places)].sort((a, b) => a - b).filter((place) => place <= path.length),
          `${pattern} ${path}`
        )
      }
    }
  }
  t.equal(isAllowed(rule('**x'.repeat(42)), 'GET', `${'x'.repeat(255)}y`), false)
  t.equal(isAllowed(rule('**x'.repeat(42)), 'GET', 'x'.repeat(256)), true)
})
