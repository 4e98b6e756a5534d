import t from 'tap'
import { startService } from '#test/support/authenticated-service.js'
import { createCheck, operationsOf, validQuery } from '#test/support/openapi-contract.js'
import type { Document } from '#test/support/openapi-contract.js'

const { app, tokenOf, get } = await startService(t)
const document: Document & { security: object[] } = (await app.inject('/openapi.json')).json()
const operations = operationsOf(document)
const check = createCheck(document)
const publicPaths = ['/healthz', '/readyz', '/metrics']

/** For each problem status, a token that leads to it. */
const tokens: Record<number, string | undefined> = {
  401: undefined, 403: await tokenOf('unscoped'), 404: await tokenOf('demo')
}

t.test('describes the authentication of each operation that needs it', async (t) => {
  t.match(document.components.securitySchemes, {
    token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' }, bearer: { type: 'http', scheme: 'bearer' }
  })
  t.same(document.security, [])
  for (const [path, { security, responses, parameters = [] }] of operations) {
    const isPublic = publicPaths.includes(path)
    const statuses = Object.keys(responses).filter((status) => ['401', '403'].includes(status))
    t.same(security, isPublic ? undefined : [{ token: [] }, { bearer: [] }], path)
    t.same(statuses, isPublic ? [] : ['401', '403'])
    const isOfOne = parameters.some(({ name }) => ['projectId', 'instanceId'].includes(name))
    t.equal('404' in responses, isOfOne, path)
    t.equal('WWW-Authenticate' in (responses[401]?.headers ?? {}), !isPublic)
  }
})

t.test('describes the 401, 403 and 404 responses', async (t) => {
  const unknown = '0'.repeat(32)
  for (const [path, { parameters = [], responses }] of operations) {
    const ofProject = parameters.some((one) => one.in === 'query' && one.name === 'projectId')
    const query = validQuery(parameters) + (ofProject ? `&projectId=${unknown}` : '')
    const url = path.replace('{projectId}', unknown).replace('{instanceId}', unknown) + query
    for (const [status, token] of Object.entries(tokens).filter(([status]) => status in responses)) {
      const response = await get(url, token)
      t.equal(response.statusCode, Number(status), url)
      t.equal(check(url, response), undefined, url)
    }
  }
})

t.test('each example of these problems is the response to its request', async (t) => {
  for (const [path, { responses }] of operations) {
    for (const [status, token] of Object.entries(tokens).filter(([status]) => status in responses)) {
      const { examples } = responses[status]!.content!['application/problem+json']!
      for (const { summary, value } of Object.values(examples!)) {
        t.same((await get(summary.replace('GET ', ''), token)).json(), value, `${path} ${summary}`)
      }
    }
  }
})

t.test('describes no authentication with AUTH=none', async (t) => {
  const { app } = await startService(t, { AUTH: 'none' })
  const text = (await app.inject('/openapi.json')).body
  t.notMatch(text, /securitySchemes|"security":\[\{|"401"|"403"|WWW-Authenticate/)
})
