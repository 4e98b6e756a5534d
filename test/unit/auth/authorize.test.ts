import t from 'tap'
import { createAuthorizer } from '#lib/auth/authorize.js'
import type { Scope } from '#lib/auth/scope.js'
import { NotFound, UpstreamError } from '#lib/errors.js'
import { readServer } from '#lib/openstack/servers.js'

const projects = ['a1:a', 'a2:a', 'b1:b'].map((text) => {
  const [id, domain] = text.split(':') as [string, string]
  return { id, name: id, enabled: true, domain_id: domain, is_domain: false }
})
const projectList = {
  value: { projects, complete: true },
  fetchedAt: 1_000,
  failure: new UpstreamError('identity', 'unreachable', 'cannot be reached')
}
const servers = new Map([['of-a1', 'a1'], ['of-a2', 'a2'], ['of-b1', 'b1'], ['just-deleted', 'a1']])
const serverOf = (id: string) => readServer(id, { server: { tenant_id: servers.get(id) } })
/** Instances whose project is known without a request. */
const known = new Map([['listed-of-a2', 'a2']])
const series = new Map([
  ['deleted-from-a1', ['a1']],
  ['deleted-from-b1', ['b1']],
  ['deleted-from-b1-and-made-up-by-a2', ['b1', 'a2']],
  ['made-up', ['../../v3/users', 'a b', '', 'x'.repeat(65), ...Array.from({ length: 20 }, (_, n) => `p${n}`)]]
])

/**
 * An authorizer over a cloud of three projects in two domains.
 * @param options what the metrics store is like
 * @returns also `lookups`, each read of the cloud and of the metrics store
 */
function connect ({ clientsWrite = true, needsProject = false, bindsProject = true } = {}) {
  const lookups: string[] = []
  const store: { failure?: Error } = {}
  const access = createAuthorizer({
    projects: async () => {
      lookups.push('projects')
      return projectList
    },
    project: async (id) => {
      lookups.push(`project ${id}`)
      const found = projects.find((project) => project.id === id)
      if (id === 'broken') throw new TypeError('a bug')
      if (found === undefined) throw new NotFound('no such project')
      return found
    },
    server: async (server, project) => {
      lookups.push(`server ${server} ${project}`)
      return {
        project: servers.get(server),
        read: async () => server === 'just-deleted' ? undefined : serverOf(server)
      }
    },
    instanceProject: async (server, project) => {
      lookups.push(`project-of ${server} ${project}`)
      return servers.get(server)
    },
    knownInstanceProject: (server) => known.get(server)
  }, {
    needsProject,
    clientsWrite,
    bindsProject: async () => bindsProject,
    projectsOf: async (instance) => {
      lookups.push(`projects-with-series-of ${instance}`)
      if (store.failure !== undefined) throw store.failure
      return series.get(instance) ?? []
    }
  })
  return { access, lookups, store }
}

const all: Scope = { sees: 'all' }
const none: Scope = { sees: 'none', reason: 'of a test' }
const a: Scope = { sees: 'domain', id: 'a' }
const a1: Scope = { sees: 'project', id: 'a1' }
const unknownProject: Scope = { sees: 'project', id: 'unknown' }

t.test('looks up nothing for a caller that sees all, but the marker', async (t) => {
  const { access, lookups } = connect()
  t.equal(await access.instances(all, 'a1'), 'a1')
  t.equal(await access.series(all, 'of-b1'), undefined)
  t.equal(await access.series(all, 'listed-of-a2'), 'a2', 'the project is a condition once it is known')
  t.same(lookups, [])
  const { access: unwritten } = connect({ clientsWrite: false })
  t.equal(await unwritten.instances(all, 'a1'), undefined)
  t.equal(await unwritten.series(all, 'listed-of-a2'), undefined, 'clients write no samples there')
  t.equal(await unwritten.instances(a1, 'a1'), 'a1')
  t.match(await access.projects(all), { projects, complete: true, fetchedAt: 1_000 })
})

t.test('names the project to a metrics store that needs it, for a caller that sees all too', async (t) => {
  const { access, lookups } = connect({ needsProject: true })
  t.equal(await access.instances(all, 'a1'), 'a1')
  t.same(lookups, [])
  t.equal(await access.series(all, 'of-b1'), 'b1')
  t.equal(await access.series(all, 'deleted-from-a1'), undefined, 'the store then searches itself')
  t.same(lookups, ['project-of of-b1 undefined', 'project-of deleted-from-a1 undefined'])
})

t.test('looks for a caller\'s own project alone in the series of a deleted instance', async (t) => {
  const asked: unknown[] = []
  const openstack = {
    projects: async () => projectList,
    project: async () => projects[0]!,
    server: async () => ({ project: undefined, read: async () => undefined }),
    instanceProject: async () => undefined,
    knownInstanceProject: () => undefined
  }
  const access = createAuthorizer(openstack, {
    clientsWrite: true,
    bindsProject: async () => true,
    projectsOf: async (...args) => {
      asked.push(args)
      return ['a1']
    }
  })
  t.equal(await access.series(a1, 'deleted'), 'a1')
  t.equal(await access.series(a, 'deleted'), 'a1')
  t.same(asked, [['deleted', 'a1'], ['deleted', undefined]])
})

t.test('lists the projects that a caller sees', async (t) => {
  const { access, lookups } = connect()
  const ids = async (scope: Scope) => (await access.projects(scope)).projects.map(({ id }) => id)
  t.same(await ids(a), ['a1', 'a2'])
  t.same(lookups.splice(0), ['projects'])
  t.same(await ids(a1), ['a1'])
  t.same(lookups, ['project a1'], 'a project\'s caller needs no list')
  t.same(await ids(unknownProject), [])
  t.same(await ids(none), [])
  t.same(await ids({ sees: 'domain', id: 'a1' }), [])
  await t.rejects(ids({ sees: 'project', id: 'broken' }), TypeError)
  t.match(
    await access.projects(a),
    { complete: true, fetchedAt: 1_000, failure: projectList.failure },
    'with the age of their list'
  )
})

t.test('reports a project that a caller may not see as not found', async (t) => {
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
    [unknownProject, 'a1'],
    [none, 'a1'],
    [{ sees: 'project', id: 'a' }, 'a1']
  ] as Array<[Scope, string]>) {
    await t.rejects(access.instances(scope, project), { name: 'NotFound', message: 'no such project' })
  }
})

t.test('rejects a marker of another project', async (t) => {
  const { access } = connect()
  await t.rejects(access.instances(all, 'unknown', 'of-a1'), { name: 'NotFound' })
  for (const scope of [a1, a, all]) {
    await access.instances(scope, 'a1', 'of-a1')
    const errors = await Promise.all(
      ['of-a2', 'of-b1', 'unknown'].map((marker) => access.instances(scope, 'a1', marker).catch((err) => err))
    )
    t.match(
      errors,
      Array(3).fill({
        name: 'InvalidParameters', errors: [{ parameter: 'marker', message: /is not the id of an instance/ }]
      })
    )
  }
})

t.test('fails alike for an unknown instance and a foreign one while the store is down', async (t) => {
  const { access, store } = connect()
  const errors = () => Promise.all([[a1, 'of-b1'], [a1, 'unknown'], [a, 'of-b1'], [a, 'unknown']].map(
    ([scope, instance]) => access.series(scope as Scope, instance as string).catch((err: unknown) => err)))
  t.match(await errors(), Array(4).fill({ name: 'NotFound', message: 'no such instance' }))
  store.failure = new UpstreamError('metrics', 'unreachable', 'cannot be reached')
  t.same(await errors(), Array(4).fill(store.failure))
  t.equal(await access.series(a1, 'of-a1'), 'a1')
})

t.test('finds the project of an instance by Nova, and of a deleted one by its series', async (t) => {
  const { access, lookups } = connect()
  const expected: Array<[Scope, string, string | undefined]> = [
    [a1, 'of-a1', 'a1'], [a1, 'of-a2', undefined], [a1, 'of-b1', undefined], [a1, 'unknown', undefined],
    [a, 'of-a1', 'a1'], [a, 'of-a2', 'a2'], [a, 'of-b1', undefined], [a, 'unknown', undefined],
    [a1, 'deleted-from-a1', 'a1'], [a1, 'deleted-from-b1', undefined],
    [a, 'deleted-from-a1', 'a1'], [a, 'deleted-from-b1', undefined],
    [a1, 'deleted-from-b1-and-made-up-by-a2', undefined], [a, 'deleted-from-b1-and-made-up-by-a2', 'a2'],
    [none, 'of-a1', undefined], [unknownProject, 'deleted-from-a1', undefined]
  ]
  for (const [scope, instance, project] of expected) {
    const name = `${instance} for ${JSON.stringify(scope)}`
    if (project !== undefined) t.equal(await access.series(scope, instance), project, name)
    else {
      await t.rejects(
        access.series(scope, instance), { name: 'NotFound', message: 'no such instance' }, name
      )
    }
  }
  lookups.length = 0
  await t.rejects(access.series(a, 'made-up'), { name: 'NotFound' })
  t.same(
    lookups,
    [
      'project-of made-up undefined',
      'projects-with-series-of made-up',
      ...Array.from({ length: 8 }, (_, n) => `project p${n}`)
    ],
    'looks up valid ids alone, and at most 8'
  )
  t.equal(
    await access.series({ sees: 'project', id: 'p19' }, 'made-up'),
    'p19',
    'series that others made up hide no project\'s own'
  )
  lookups.length = 0
  await access.series(a1, 'of-a1')
  await access.series(a, 'of-a1')
  t.same(lookups, ['project-of of-a1 a1', 'project-of of-a1 undefined', 'project a1'])
})

t.test('reads series of many instances of a project that the caller sees, bound to it', async (t) => {
  const ids = ['of-a1', 'of-b1', 'unknown']
  const { access, lookups } = connect()
  for (const [scope, project] of [[all, 'a1'], [a1, 'a1'], [a, 'a2']] as const) {
    t.same(await access.seriesOfMany(scope, project, ids), { onlyProject: project, readable: ids })
  }
  t.same(lookups.splice(0), ['project a2'], 'no instance is looked up')
  for (const [scope, project] of [[a1, 'a2'], [a, 'b1'], [a, 'unknown'], [none, 'a1']] as const) {
    await t.rejects(access.seriesOfMany(scope, project, ids), { message: 'no such project' })
  }
})

t.test('Nova decides about many instances where the store cannot bind series to a project', async (t) => {
  const ids = ['of-a1', 'of-b1', 'unknown', 'deleted-from-a1']
  const { access, lookups } = connect({ clientsWrite: false, bindsProject: false })
  const own = { onlyProject: 'a1', readable: ['of-a1'] }
  t.same(await access.seriesOfMany(a1, 'a1', ids), own)
  t.same(lookups.splice(0), ids.map((id) => `project-of ${id} a1`))
  t.same(await access.seriesOfMany(a, 'a1', ids), own)
  lookups.length = 0
  t.same(await access.seriesOfMany(all, 'a1', ids), { onlyProject: undefined, readable: ids })
  t.same(lookups, [])
})

t.test('shows an instance to callers that see its project, from one lookup', async (t) => {
  const { access, lookups } = connect()
  for (const [scope, asking] of [[all, undefined], [a, undefined], [a1, 'a1']] as const) {
    const { server, onlyProject } = await access.instance(scope, 'of-a1')
    t.match(server, { id: 'of-a1', tenant_id: 'a1' })
    t.equal(onlyProject, 'a1')
    t.equal(lookups.splice(0)[0], `server of-a1 ${asking}`)
  }
  const hidden = [[a1, 'of-a2'], [a1, 'of-b1'], [a, 'of-b1'], [none, 'of-a1']] as const
  const missing = [[all, 'unknown'], [a1, 'unknown'], [all, 'just-deleted'], [a1, 'deleted-from-a1']] as const
  for (const [scope, id] of [...hidden, ...missing]) {
    await t.rejects(access.instance(scope, id), { name: 'NotFound', message: 'no such instance' }, id)
  }
  const prometheus = connect({ clientsWrite: false }).access
  t.equal((await prometheus.instance(all, 'of-a1')).onlyProject, undefined)
  t.equal((await prometheus.instance(a1, 'of-a1')).onlyProject, 'a1')
})
