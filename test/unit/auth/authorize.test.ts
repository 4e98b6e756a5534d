import t from 'tap'
import { createAuthorizer } from '#lib/auth/authorize.js'
import type { Scope } from '#lib/auth/scope.js'
import { NotFound, UpstreamError } from '#lib/errors.js'

const projects = ['a1:a', 'a2:a', 'b1:b'].map((text) => {
  const [id, domain] = text.split(':') as [string, string]
  return { id, name: id, enabled: true, domain_id: domain, is_domain: false }
})
const listed = {
  value: projects,
  fetchedAt: 1_000,
  failure: new UpstreamError('identity', 'unreachable', 'cannot be reached')
}
const servers = new Map([['of-a1', 'a1'], ['of-a2', 'a2'], ['of-b1', 'b1']])
const series = new Map([
  ['gone-from-a1', ['a1']],
  ['gone-from-b1', ['b1']],
  ['gone-from-b1-and-made-up-by-a2', ['b1', 'a2']],
  ['made-up', ['../../v3/users', 'a b', '', 'x'.repeat(65), ...Array.from({ length: 20 }, (_, n) => `p${n}`)]]
])

/** Access to a cloud of three projects in two domains, and what was asked of it and of the metrics store. */
function connect () {
  const asked: string[] = []
  const access = createAuthorizer({
    projects: async () => {
      asked.push('projects')
      return listed
    },
    project: async (id) => {
      asked.push(`project ${id}`)
      const found = projects.find((project) => project.id === id)
      if (id === 'broken') throw new TypeError('a bug')
      if (found === undefined) throw new NotFound('no such project')
      return found
    },
    instanceProject: async (server, project) => {
      asked.push(`owner ${server} ${project}`)
      return servers.get(server)
    }
  }, {
    projectsOf: async (instance) => {
      asked.push(`owners ${instance}`)
      return series.get(instance) ?? []
    }
  })
  return { access, asked }
}

const all: Scope = { sees: 'all' }
const none: Scope = { sees: 'none', reason: 'of a test' }
const a: Scope = { sees: 'domain', id: 'a' }
const a1: Scope = { sees: 'project', id: 'a1' }
const nobody: Scope = { sees: 'project', id: 'unknown' }

t.test('reads nothing for who sees all', async (t) => {
  const { access, asked } = connect()
  await access.instances(all, 'a1', 'of-b1')
  t.equal(await access.series(all, 'of-b1'), undefined)
  t.same(asked, [])
  t.equal(await access.projects(all), listed)
})

t.test('shows who sees what of the projects', async (t) => {
  const { access, asked } = connect()
  const ids = async (scope: Scope) => (await access.projects(scope)).value.map(({ id }) => id)
  t.same(await ids(a), ['a1', 'a2'])
  t.same(asked.splice(0), ['projects'])
  t.same(await ids(a1), ['a1'])
  t.same(asked, ['project a1'], 'the others are not even listed')
  t.same(await ids(nobody), [])
  t.same(await ids(none), [])
  t.same(await ids({ sees: 'domain', id: 'a1' }), [])
  await t.rejects(ids({ sees: 'project', id: 'broken' }), TypeError)
  t.match(
    await access.projects(a),
    { fetchedAt: 1_000, failure: listed.failure },
    'and how old the list is that they are of'
  )
})

t.test('lets nobody into another\'s instances, and tells it as of a project that there is not', async (t) => {
  const { access } = connect()
  for (const [scope, project] of [[a1, 'a1'], [a, 'a1'], [a, 'a2']] as const) {
    await access.instances(scope, project)
  }
  for (const [scope, project] of [
    [a1, 'a2'],
    [a1, 'b1'],
    [a1, 'unknown'],
    [a, 'b1'],
    [a, 'unknown'],
    [nobody, 'a1'],
    [none, 'a1'],
    [{ sees: 'project', id: 'a' }, 'a1']
  ] as Array<[Scope, string]>) {
    await t.rejects(access.instances(scope, project), { name: 'NotFound', message: 'no such project' })
  }
})

t.test('takes no marker but one of the project', async (t) => {
  const { access } = connect()
  for (const scope of [a1, a]) {
    await access.instances(scope, 'a1', 'of-a1')
    const refusals = await Promise.all(
      ['of-a2', 'of-b1', 'unknown'].map((marker) => access.instances(scope, 'a1', marker).catch((err) => err))
    )
    t.match(
      refusals,
      Array(3).fill({
        name: 'InvalidParameters', errors: [{ parameter: 'marker', message: /is not the id of an instance/ }]
      })
    )
  }
})

t.test('finds whose an instance is: by Nova, and of one that is gone by its series', async (t) => {
  const { access, asked } = connect()
  const found: Array<[Scope, string, string | undefined]> = [
    [a1, 'of-a1', 'a1'], [a1, 'of-a2', undefined], [a1, 'of-b1', undefined], [a1, 'unknown', undefined],
    [a, 'of-a1', 'a1'], [a, 'of-a2', 'a2'], [a, 'of-b1', undefined], [a, 'unknown', undefined],
    [
      a1, 'gone-from-a1', 'a1'
    ], [a1, 'gone-from-b1', undefined], [a, 'gone-from-a1', 'a1'], [a, 'gone-from-b1', undefined],
    [a1, 'gone-from-b1-and-made-up-by-a2', undefined], [a, 'gone-from-b1-and-made-up-by-a2', 'a2'],
    [none, 'of-a1', undefined], [nobody, 'gone-from-a1', undefined]
  ]
  for (const [scope, instance, project] of found) {
    const name = `${instance} for ${JSON.stringify(scope)}`
    if (project !== undefined) t.equal(await access.series(scope, instance), project, name)
    else {
      await t.rejects(
        access.series(scope, instance), { name: 'NotFound', message: 'no such instance' }, name
      )
    }
  }
  asked.length = 0
  await t.rejects(access.series(a, 'made-up'), { name: 'NotFound' })
  t.same(
    asked,
    ['owner made-up undefined', 'owners made-up', ...Array.from({ length: 8 }, (_, n) => `project p${n}`)],
    'what is no id is not asked for, nor are any number'
  )
  t.equal(
    await access.series({ sees: 'project', id: 'p19' }, 'made-up'),
    'p19',
    'nobody is kept from his own by what others made up'
  )
  asked.length = 0
  await access.series(a1, 'of-a1')
  await access.series(a, 'of-a1')
  t.same(asked, ['owner of-a1 a1', 'owner of-a1 undefined', 'project a1'])
})
