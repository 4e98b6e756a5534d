import t from 'tap'
import { canonicalId } from '#lib/openstack/ids.js'

t.test('converts generated ids to lower case, and leaves others as they are', async (t) => {
  const server = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'
  const project = 'da9572dd8c0a4857aa12d9c4cbb76306'
  for (const id of [server, project]) {
    t.equal(canonicalId(id), id)
    t.equal(canonicalId(id.toUpperCase()), id)
    t.equal(canonicalId(id.replace('c', 'C')), id)
  }
  for (const id of ['Default', 'ABC', `${project}A`, project.slice(1).toUpperCase(), `${server}-A`, '']) {
    t.equal(canonicalId(id), id)
  }
})
