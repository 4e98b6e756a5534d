import t from 'tap'
import { UpstreamError } from '../../../lib/errors.js'
import type { OpenStack } from '../../../lib/openstack/client.js'
import { keepFacts } from '../../../lib/openstack/facts.js'

/** Facts of a cloud in which project p has the instance i; and who asked for whose it is. */
function connect (owner = Infinity) {
  const asked: Array<string | undefined> = []
  const openstack = {
    owner: async (server: string, project?: string) => {
      asked.push(project)
      return server === 'i' && project !== 'q' ? 'p' : undefined
    }
  }
  return { asked, ...keepFacts(openstack as OpenStack, { quota: 0, project: 0, list: 0, owner, staleLimit: 0 }, { now: () => 0 }) }
}

t.test('asks once whose an instance is, for ever', async (t) => {
  const { owner, asked } = connect()
  t.same(await Promise.all([owner('i', 'p'), owner('i', 'p')]), ['p', 'p'])
  t.equal(await owner('i', 'p'), 'p')
  t.same(asked, ['p'])
})

t.test('takes what one project does not find for nobody else\'s answer', async (t) => {
  const { owner, asked } = connect()
  t.same(await Promise.all([owner('i', 'q'), owner('i', 'p'), owner('i')]), [undefined, 'p', 'p'])
  t.same(asked, ['q', 'p', undefined])
})

t.test('asks again for what was not found, and for all where nothing is kept', async (t) => {
  const { owner, asked } = connect()
  for (let i = 0; i < 2; i++) t.equal(await owner('unknown', 'p'), undefined)
  t.equal(asked.length, 2)
  const off = connect(0)
  for (let i = 0; i < 2; i++) t.equal(await off.owner('i', 'p'), 'p')
  t.equal(off.asked.length, 2)
})

t.test('lists projects once while the list is fresh, and has it stand in', async (t) => {
  const clock = { time: 0 }
  const state = { lists: 0, fails: false }
  const list = async () => {
    state.lists++
    if (state.fails) throw new UpstreamError('identity', 'unreachable', 'cannot be reached')
    return [{ id: `p${state.lists}`, name: 'a', description: null }, { id: 'q', name: 'b', description: 'of some length' }]
  }
  const lifetimes = { quota: 0, project: 0, list: 60, owner: 0, staleLimit: 600 }
  const { projects } = keepFacts({ projects: list } as unknown as OpenStack, lifetimes, { now: () => clock.time })
  const first = async () => (await projects()).value[0]!.id
  t.same([await first(), await first()], ['p1', 'p1'])
  clock.time = 60
  t.equal(await first(), 'p2')
  state.fails = true
  clock.time = 600
  t.match(await projects(), { value: [{ id: 'p2' }, {}], readAt: 60, failure: { message: 'identity: cannot be reached' } })
  clock.time = 2_000
  await t.rejects(first(), { message: 'identity: cannot be reached' })
})
