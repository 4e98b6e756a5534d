import t from 'tap'
import { isAllowed } from '../../../lib/auth/access-rules.js'

const rule = (path: string) => [{ service: 'monitoring', method: 'GET', path }]
const projects = '/v1/openstack/projects'

/** Of each pattern, what it allows and what it does not. */
const patterns: Record<string, [allowed: string[], refused: string[]]> = {
  [`${projects}/summary`]: [[`${projects}/summary`], [`${projects}/summaries`, `${projects}/summary/`, `${projects}/Summary`, `x${projects}/summary`, '']],
  [`${projects}/*/instances`]: [[`${projects}/a/instances`, `${projects}/*/instances`, `${projects}/{id}/instances`], [`${projects}//instances`, `${projects}/a/b/instances`, `${projects}/a/instances/b`]],
  [`${projects}/{project_id}/instances`]: [[`${projects}/a/instances`, `${projects}/abc-1/instances`], [`${projects}//instances`, `${projects}/a/b/instances`]],
  [`${projects}/{id}/{series}`]: [[`${projects}/a/cpuUsage`], [`${projects}/a`, `${projects}/a/`, `${projects}/a/b/c`]],
  '/v1/**': [['/v1/', `${projects}/a/cpuUsage`], ['/v1', '/v2/']],
  '/v1/**/cpuUsage': [[`${projects}/a/cpuUsage`, '/v1//cpuUsage', '/v1/cpuUsage/cpuUsage'], ['/v1/cpuUsage', `${projects}/a/memUsage`, `${projects}/a/cpuUsages`]],
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
  t.equal(isAllowed([{ service: 'compute', method: 'GET', path: '**' }], 'GET', path), false)
  t.equal(isAllowed([], 'GET', path), false)
})

t.test('is not kept busy by a pattern or a path', async (t) => {
  t.equal(isAllowed(rule('**'), 'GET', 'x'.repeat(256)), true)
  t.equal(isAllowed(rule('**'), 'GET', 'x'.repeat(257)), false, 'no path of this service is so long')
  t.equal(isAllowed(rule('**x'.repeat(42)), 'GET', `${'x'.repeat(255)}y`), false)
  t.equal(isAllowed(rule('**x'.repeat(42)), 'GET', 'x'.repeat(256)), true)
  t.equal(isAllowed(rule('{'.repeat(128)), 'GET', '{'.repeat(128)), true)
})
