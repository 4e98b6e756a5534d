import { Type } from '@sinclair/typebox'
import t from 'tap'
import { recordReader } from '#lib/upstream/record-reader.js'

const read = recordReader(Type.Object({
  id: Type.String(), count: Type.Integer(), flavor: Type.Object({ name: Type.String() })
}))
const unknown = { id: null, count: null, flavor: { name: null } }

t.test('reads the properties of a record, and no others', async (t) => {
  t.same(read({ id: 'a', count: 1, flavor: { name: 'm', more: 1 }, more: 1 }), {
    id: 'a', count: 1, flavor: { name: 'm' }
  })
})

t.test('reads a property that is missing, null or of another type as null', async (t) => {
  t.same(read({ id: 'a' }), { ...unknown, id: 'a' })
  t.same(read({ id: 'a', count: null, flavor: null }), { ...unknown, id: 'a' })
  t.same(read({ id: 'a', count: '1', flavor: 'm' }), { ...unknown, id: 'a' })
  t.same(read({ id: 1, count: 0.5, flavor: { name: {} } }), unknown)
})

t.test('reads anything that is no record as one without properties', async (t) => {
  for (const value of [undefined, null, 0, 'text', true, []]) t.same(read(value), unknown)
})
