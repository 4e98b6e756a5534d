import t from 'tap'
import { NotFound, UpstreamError } from '#lib/errors.js'
import type { OpenStack } from '#lib/openstack/client.js'
import { cacheOpenStack } from '#lib/openstack/cached-client.js'
import { quotaSources } from '#lib/openstack/quotas.js'

/**
 * A cached client of a cloud in which project p has the instance i.
 * @param instanceProject TTL in milliseconds of an instance's project
 * @returns also `lookups`, the project of each lookup that reaches the cloud
 */
function connect (instanceProject = Infinity) {
  const lookups: Array<string | undefined> = []
  const state = { time: 0, servers: ['i'], fails: false }
  const openstack = {
    instanceProject: async (server: string, project?: string) => {
      lookups.push(project)
      if (state.fails) {
        throw new UpstreamError('compute', 'timeout', 'did not respond within its time limit')
      }
      return state.servers.includes(server) && project !== 'q' ? 'p' : undefined
    },
    server: async (id: string, project?: string) => {
      const owner = await openstack.instanceProject(id, project)
      return owner === undefined ? undefined : { id, tenant_id: owner }
    },
    servers: async () => ({
      servers: [
        { id: 'listed', tenant_id: 'p' }, { id: 'bare', tenant_id: null }, { id: 'odd', tenant_id: 'r' }
      ]
    })
  }
  return {
    lookups,
    state,
    ...cacheOpenStack(
      openstack as unknown as OpenStack,
      { quota: 0, project: 0, projectList: 0, instanceProject, staleLimit: 0 },
      { now: () => state.time, onAbsent () {} }
    )
  }
}

t.test('looks up the project of an instance once, and caches it for ever', async (t) => {
  const { instanceProject, lookups } = connect()
  t.same(await Promise.all([instanceProject('i', 'p'), instanceProject('i', 'p')]), ['p', 'p'])
  t.equal(await instanceProject('i', 'p'), 'p')
  t.same(lookups, ['p'])
})

t.test('caches the lookup of an instance for each asking project', async (t) => {
  const { instanceProject, lookups } = connect()
  t.same(await Promise.all([instanceProject('i', 'q'), instanceProject('i', 'p'), instanceProject('i')]), [
    undefined, 'p', 'p'
  ])
  t.same(lookups, ['q', 'p', undefined])
})

t.test('knows the project of each listed and each found instance without a request', async (t) => {
  const { servers, instanceProject, knownInstanceProject, lookups } = connect()
  t.equal(knownInstanceProject('listed'), undefined)
  await servers('p', { limit: 2 })
  t.same(['listed', 'bare', 'odd', 'i'].map(knownInstanceProject), ['p', 'p', undefined, undefined])
  t.same([await instanceProject('listed', 'p'), await instanceProject('listed')], ['p', 'p'])
  t.same(lookups, [])
  await instanceProject('i', 'p')
  t.equal(knownInstanceProject('i'), 'p')

  const uncached = connect(0)
  await uncached.servers('p', { limit: 2 })
  await uncached.instanceProject('i')
  t.same(['listed', 'i'].map(uncached.knownInstanceProject), [undefined, undefined])
})

t.test('looks up an instance of another project as often as an unknown one', async (t) => {
  const { servers, instanceProject, lookups, state } = connect()
  await servers('p', { limit: 2 })
  for (const server of ['i', 'listed', 'unknown']) {
    lookups.length = 0
    for (let n = 0; n < 2; n++) await instanceProject(server, 's')
    state.time += 10_000
    state.fails = true
    await t.rejects(instanceProject(server, 's'), { name: 'UpstreamError', reason: 'timeout' }, server)
    state.fails = false
    t.same(lookups, ['s', 's'], server)
  }
})

t.test('caches the lack of a quota, and reports each absent service once', async (t) => {
  const state = { time: 0, reads: 0 }
  const quota = async (project: string, { upstream }: { upstream: 'network' }) => {
    state.reads++
    if (project === 'disabled') throw new NotFound('no such project')
    if (project === 'broken') throw new TypeError('a bug')
    throw new UpstreamError(project === 'lost' ? 'identity' : upstream, 'absent', 'is not there')
  }
  const reported: unknown[] = []
  const client = cacheOpenStack(
    { quota } as unknown as OpenStack,
    { quota: 60, project: 0, projectList: 0, instanceProject: 0, staleLimit: 600 },
    { now: () => state.time, onAbsent: (err) => reported.push(err.upstream) }
  )
  const { network, 'block-storage': volumes } = quotaSources
  for (let n = 0; n < 2; n++) {
    t.match(await client.quota('a', network), { value: 'service' })
    t.match(await client.quota('b', network), { value: 'service' })
    t.match(await client.quota('a', volumes), { value: 'service' })
    t.match(await client.quota('disabled', network), { value: 'project' })
  }
  t.equal(state.reads, 4)
  state.time = 60
  await client.quota('a', network)
  t.equal(state.reads, 5)
  t.same(reported, ['network', 'block-storage'])
  await t.rejects(client.quota('lost', network), { name: 'UpstreamError', upstream: 'identity' })
  await t.rejects(client.quota('broken', network), TypeError)
})

t.test('has quota sources for the services that the cloud has', async (t) => {
  const ttls = { quota: 0, project: 0, projectList: 0, instanceProject: 0, staleLimit: 0 }
  const sourcesWithout = (absent?: string[]) =>
    cacheOpenStack({} as OpenStack, ttls, { now: () => 0, onAbsent () {} }, absent)
      .quotaSources.map(({ upstream }) => upstream)
  t.same(sourcesWithout(), ['compute', 'network', 'block-storage'])
  t.same(sourcesWithout(['block-storage']), ['compute', 'network'])
})

t.test('caches for 10 s that an instance is unknown', async (t) => {
  const { instanceProject, lookups, state } = connect()
  for (let i = 0; i < 2; i++) t.equal(await instanceProject('new', 'p'), undefined)
  state.servers.push('new')
  state.time += 9_999
  t.equal(await instanceProject('new', 'p'), undefined)
  t.equal(lookups.length, 1)
  state.time += 1
  t.equal(await instanceProject('new', 'p'), 'p')
  state.time += 3_600_000
  t.equal(await instanceProject('new', 'p'), 'p')
  t.equal(lookups.length, 2)
})

t.test('caches no failed lookup, and serves no stale one', async (t) => {
  const { instanceProject, lookups, state } = connect()
  t.equal(await instanceProject('new', 'p'), undefined)
  state.fails = true
  state.time += 10_000
  for (let i = 0; i < 2; i++) {
    await t.rejects(instanceProject('new', 'p'), { name: 'UpstreamError', reason: 'timeout' })
  }
  t.equal(lookups.length, 3)
  state.fails = false
  t.equal(await instanceProject('new', 'p'), undefined)
})

t.test('looks up each instance anew with a TTL of 0', async (t) => {
  const { instanceProject, lookups } = connect(0)
  for (const server of ['i', 'i', 'unknown', 'unknown']) {
    t.equal(await instanceProject(server, 'p'), server === 'i' ? 'p' : undefined)
  }
  t.equal(lookups.length, 4)
})

t.test('caches the list of projects, and serves a stale list where Keystone fails', async (t) => {
  const clock = { time: 0 }
  const state = { lists: 0, fails: false }
  const list = async () => {
    state.lists++
    if (state.fails) throw new UpstreamError('identity', 'unreachable', 'cannot be reached')
    const projects = [
      { id: `p${state.lists}`, name: 'a', description: null },
      { id: 'q', name: 'b', description: 'of some length' }
    ]
    return { projects, complete: true }
  }
  const ttls = { quota: 0, project: 0, projectList: 60, instanceProject: 0, staleLimit: 600 }
  const { projects } = cacheOpenStack({ projects: list } as unknown as OpenStack, ttls, {
    now: () => clock.time, onAbsent () {}
  })
  const first = async () => (await projects()).value.projects[0]!.id
  t.same([await first(), await first()], ['p1', 'p1'])
  clock.time = 60
  t.equal(await first(), 'p2')
  state.fails = true
  clock.time = 600
  t.match(await projects(), {
    value: { projects: [{ id: 'p2' }, {}] },
    fetchedAt: 60,
    failure: { message: 'identity: cannot be reached' }
  })
  clock.time = 2_000
  await t.rejects(first(), { message: 'identity: cannot be reached' })
})

t.test('reads a server and its project in one lookup, and knows the project from then on', async (t) => {
  const { server, instanceProject, knownInstanceProject, lookups } = connect()
  const { project, read } = await server('i')
  t.equal(project, 'p')
  t.match(await read(), { id: 'i', tenant_id: 'p' })
  t.same(lookups, [undefined])
  t.equal(knownInstanceProject('i'), 'p')
  t.equal(await instanceProject('i', 'p'), 'p')
  t.equal(lookups.length, 1)
})

t.test('reads a server again, and one that was not found only after some seconds', async (t) => {
  const { server, lookups, state } = connect()
  await server('i', 'p')
  state.servers = []
  const { project, read } = await server('i', 'p')
  t.same([project, await read()], ['p', undefined], 'it was deleted meanwhile')
  for (let n = 0; n < 3; n++) t.equal((await server('x', 'p')).project, undefined)
  t.same(lookups, ['p', 'p', 'p'])
  state.fails = true
  t.equal((await server('x', 'p')).project, undefined)
  state.time += 10_000
  await t.rejects(server('x', 'p'), { message: /did not respond/ })
})
