import t from 'tap'
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
  return { asked, ...keepFacts(openstack as OpenStack, { quota: 0, project: 0, owner, staleLimit: 0 }, () => 0) }
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
