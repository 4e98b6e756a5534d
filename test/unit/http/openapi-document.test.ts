import t from 'tap'
import { addHeader, allowEmptyOptionals, demoteOptionalExamples } from '#lib/http/openapi-document.js'
import type { OpenApiDocument } from '#lib/http/openapi-document.js'

t.test('adds a header to every response', async (t) => {
  const responses = { 200: { headers: { Link: {} } }, 500: {} }
  const document: OpenApiDocument = { paths: { '/a': { get: { responses } } } }
  addHeader(document, 'X-A', { required: true })
  t.same(document.paths['/a']!.get!.responses, {
    200: { headers: { Link: {}, 'X-A': { required: true } } }, 500: { headers: { 'X-A': { required: true } } }
  })
})

t.test('marks optional parameters as ones that may be empty', async (t) => {
  const parameters = [{ name: 'a', schema: {} }, { name: 'b', required: true, schema: {} }]
  const document: OpenApiDocument = { paths: { '/a': { get: { parameters, responses: {} } } } }
  allowEmptyOptionals(document)
  t.same(document.paths['/a']!.get!.parameters, [
    { name: 'a', schema: {}, allowEmptyValue: true }, { name: 'b', required: true, schema: {} }
  ])
})

t.test('moves the examples of optional parameters into their schemas, with exceptions', async (t) => {
  const limit = (name: string, required = false) => ({ name, required, example: 5, schema: { maximum: 1 } })
  const parameters = [limit('limit'), limit('limit', true), limit('filled')]
  const document: OpenApiDocument = { paths: { '/a': { get: { parameters, responses: {} } } } }
  demoteOptionalExamples(document, ['filled'])
  const [optional, required, filled] = document.paths['/a']!.get!.parameters!
  t.same(optional, { name: 'limit', required: false, schema: { maximum: 1, examples: [5] } })
  t.equal(required!.example, 5)
  t.equal(filled!.example, 5)
})
