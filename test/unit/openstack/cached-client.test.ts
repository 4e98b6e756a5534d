import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import type { OpenStack } from '#lib/openstack/client.js'
import { cacheOpenStack } from '#lib/openstack/cached-client.js'

/** Facts of a cloud in which project p has the instance i; and who asked for whose it is. */
function connect (instanceProject = Infinity) {
  const asked: Array<string | undefined> = []
  const state = { time: 0, servers: ['i'], fails: false }
  const openstack = {
    instanceProject: async (server: string, project?: string) => {
      asked.push(project)
      if (state.fails) throw new UpstreamError('compute', 'timeout', 'gave no answer in time')
      return state.servers.includes(server) && project !== 'q' ? 'p' : undefined
    }
  }
  return {
    asked,
    state,
    ...cacheOpenStack(
      openstack as OpenStack,
      { quota: 0, project: 0, projectList: 0, instanceProject, staleLimit: 0 },
      { now: () => state.time }
    )
  }
}

t.test('asks once whose an instance is, for ever', async (t) => {
  const { instanceProject, asked } = connect()
  t.same(await Promise.all([instanceProject('i', 'p'), instanceProject('i', 'p')]), ['p', 'p'])
  t.equal(await instanceProject('i', 'p'), 'p')
  t.same(asked, ['p'])
})

t.test('takes what one project does not find for nobody else\'s answer', async (t) => {
  const { instanceProject, asked } = connect()
  t.same(await Promise.all([instanceProject('i', 'q'), instanceProject('i', 'p'), instanceProject('i')]), [
    undefined, 'p', 'p'
  ])
  t.same(asked, ['q', 'p', undefined])
})

t.test('remembers briefly that nobody has an instance', async (t) => {
  const { instanceProject, asked, state } = connect()
  for (let i = 0; i < 2; i++) t.equal(await instanceProject('new', 'p'), undefined)
  state.servers.push('new')
  state.time += 9_999
  t.equal(await instanceProject('new', 'p'), undefined)
  t.equal(asked.length, 1)
  state.time += 1
  t.equal(await instanceProject('new', 'p'), 'p')
  state.time += 3_600_000
  t.equal(await instanceProject('new', 'p'), 'p')
  t.equal(asked.length, 2)
})

t.test('takes no failure for an answer, nor an old answer for one', async (t) => {
  const { instanceProject, asked, state } = connect()
  t.equal(await instanceProject('new', 'p'), undefined)
  state.fails = true
  state.time += 10_000
  for (let i = 0; i < 2; i++) {
    await t.rejects(instanceProject('new', 'p'), { name: 'UpstreamError', reason: 'timeout' })
  }
  t.equal(asked.length, 3)
  state.fails = false
  t.equal(await instanceProject('new', 'p'), undefined)
})

t.test('asks for all where nothing is kept', async (t) => {
  const { instanceProject, asked } = connect(0)
  for (const server of ['i', 'i', 'unknown', 'unknown']) {
    t.equal(await instanceProject(server, 'p'), server === 'i' ? 'p' : undefined)
  }
  t.equal(asked.length, 4)
})

t.test('lists projects once while the list is fresh, and has it stand in', async (t) => {
  const clock = { time: 0 }
  const state = { lists: 0, fails: false }
  const list = async () => {
    state.lists++
    if (state.fails) throw new UpstreamError('identity', 'unreachable', 'cannot be reached')
    return [
      { id: `p${state.lists}`, name: 'a', description: null },
      { id: 'q', name: 'b', description: 'of some length' }
    ]
  }
  const lifetimes = { quota: 0, project: 0, projectList: 60, instanceProject: 0, staleLimit: 600 }
  const { projects } = cacheOpenStack({ projects: list } as unknown as OpenStack, lifetimes, {
    now: () => clock.time
  })
  const first = async () => (await projects()).value[0]!.id
  t.same([await first(), await first()], ['p1', 'p1'])
  clock.time = 60
  t.equal(await first(), 'p2')
  state.fails = true
  clock.time = 600
  t.match(await projects(), {
    value: [{ id: 'p2' }, {}], fetchedAt: 60, failure: { message: 'identity: cannot be reached' }
  })
  clock.time = 2_000
  await t.rejects(first(), { message: 'identity: cannot be reached' })
})
