import t from 'tap'
import { changeQuery, instancePath, lastingQuery, parsePath, projectPath } from '#web/lib/url.js'

t.test('a path names a screen', async (t) => {
  const cases: Array<[string, object]> = [
    ['/ui/', { name: 'projects' }],
    ['/ui', { name: 'projects' }],
    ['/ui/projects/a', { name: 'project', projectId: 'a' }],
    ['/ui/projects/a/instances/b', { name: 'instance', projectId: 'a', instanceId: 'b' }],
    ['/ui/instances/b', { name: 'instance-alone', instanceId: 'b' }],
    ['/ui/projects', { name: 'unknown' }],
    ['/ui/instances', { name: 'unknown' }],
    ['/ui/projects/a/instances', { name: 'unknown' }],
    ['/ui/projects/a/instances/b/c', { name: 'unknown' }],
    ['/ui/projects/a/volumes/b', { name: 'unknown' }],
    ['/ui/%', { name: 'unknown' }]
  ]
  for (const [path, screen] of cases) t.same(parsePath(path), screen, path)
  t.same(parsePath(projectPath('a/b ?')), { name: 'project', projectId: 'a/b ?' })
  t.same(parsePath(instancePath('ü', '#')), { name: 'instance', projectId: 'ü', instanceId: '#' })
})

t.test('a link carries lasting parameters, and a choice changes its own', async (t) => {
  t.equal(lastingQuery('?q=a&tz=utc&refresh=60&lang=ko&sort=name'), '?tz=utc&refresh=60&lang=ko')
  t.equal(lastingQuery('?q=a'), '')
  t.equal(changeQuery('?q=a&sort=name', { q: null, show: 'full' }), '?sort=name&show=full')
  t.equal(changeQuery('?q=a', { q: '' }), '')
  t.equal(changeQuery('', { q: 'a&b=c' }), '?q=a%26b%3Dc')
})
