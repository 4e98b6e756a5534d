import t from 'tap'
import { addHeader, demoteOptionalExamples, shareComponents } from '#lib/http/openapi-document.js'
import type { Document } from '#lib/http/openapi-document.js'

const limit = (maximum: number, required = false) => ({ name: 'limit', required, example: 5, schema: { maximum } })
const path = (parameters: Array<ReturnType<typeof limit>>, responses: Record<string, object>): Document['paths'][string] => ({ get: { parameters, responses } })

t.test('says once what several operations say', async (t) => {
  const document: Document = {
    paths: {
      '/a': path([limit(1)], { 200: {}, 404: {}, 503: { description: 'away' } }),
      '/b': path([limit(1)], { 200: {}, 404: {}, 503: { description: 'busy' } }),
      '/c': path([limit(2)], { 200: {} }),
      '/d': path([limit(2)], {})
    },
    components: { schemas: { A: {} } }
  }
  shareComponents(document)
  const get = (path: string) => document.paths[path]!.get!
  t.same(document.components, { schemas: { A: {} }, headers: {}, parameters: { limit: limit(1) }, responses: { NotFound: {} } })
  t.same(get('/a').parameters, [{ $ref: '#/components/parameters/limit' }])
  t.same(get('/b').parameters, get('/a').parameters)
  t.same(get('/c').parameters, [limit(2)], 'the name is taken')
  t.same(get('/a').responses[404], { $ref: '#/components/responses/NotFound' })
  t.same(get('/a').responses[503], { description: 'away' }, 'that is no other\'s')
  t.same(get('/a').responses[200], {}, 'what is no error has no name')
})

t.test('tells of a header everywhere, and says it once', async (t) => {
  const document: Document = { paths: { '/a': { get: { responses: { 200: { headers: { Link: {} } }, 500: {} } } } } }
  addHeader(document, 'X-A', { required: true })
  shareComponents(document)
  const { responses } = document.paths['/a']!.get!
  const reference = { $ref: '#/components/headers/X-A' }
  t.same(responses, { 200: { headers: { Link: {}, 'X-A': reference } }, 500: { headers: { 'X-A': reference } } })
  t.same(document.components!.headers, { 'X-A': { required: true } })
})

t.test('leaves out of forms what is optional', async (t) => {
  const document: Document = { paths: { '/a': path([limit(1), limit(1, true), { ...limit(1), name: 'kept' }], {}) } }
  demoteOptionalExamples(document, ['kept'])
  const [optional, required, kept] = document.paths['/a']!.get!.parameters!
  t.same(optional, { name: 'limit', required: false, schema: { maximum: 1, examples: [5] } })
  t.equal(required!.example, 5)
  t.equal(kept!.example, 5)
})
