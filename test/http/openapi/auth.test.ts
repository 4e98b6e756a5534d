import t from 'tap'
import { startService } from '#test/support/authenticated-service.js'
import { createCheck, operationsOf } from '#test/support/openapi-contract.js'
import type { Document } from '#test/support/openapi-contract.js'

const { app, tokenOf, get } = await startService(t)
const document: Document & { security: object[] } = (await app.inject('/openapi.json')).json()
const operations = operationsOf(document)
const check = createCheck(document)
const open = ['/healthz', '/readyz', '/metrics']

/** A token that leads to each of the problems. */
const tokens: Record<number, string | undefined> = {
  401: undefined, 403: await tokenOf('unscoped'), 404: await tokenOf('demo')
}

t.test('tells how callers are known, of each operation that asks', async (t) => {
  t.match(document.components.securitySchemes, {
    token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' }, bearer: { type: 'http', scheme: 'bearer' }
  })
  t.same(document.security, [])
  for (const [path, { security, responses }] of operations) {
    t.same(security, open.includes(path) ? undefined : [{ token: [] }, { bearer: [] }], path)
    t.same(
      Object.keys(responses).filter((status) => ['401', '403'].includes(status)),
      open.includes(path) ? [] : ['401', '403']
    )
    t.equal('404' in responses, path.includes('{'), path)
    t.equal('WWW-Authenticate' in (responses[401]?.headers ?? {}), !open.includes(path))
  }
})

t.test('answers as the document tells', async (t) => {
  for (const [path, { responses }] of operations) {
    const url = path.replace('{projectId}', '0'.repeat(32)).replace('{instanceId}', '0'.repeat(32)) +
      (path.includes('{p') ? '?limit=5' : path.includes('{i') ? '?defaultTimeRange=10m&groupBy=1m' : '')
    for (const [status, token] of Object.entries(tokens).filter(([status]) => status in responses)) {
      const answer = await get(url, token)
      t.equal(answer.statusCode, Number(status), url)
      t.equal(check(url, answer), undefined, url)
    }
  }
})

t.test('each example of a refusal is what its request is answered with', async (t) => {
  for (const [path, { responses }] of operations) {
    for (const [status, token] of Object.entries(tokens).filter(([status]) => status in responses)) {
      for (const { summary, value } of Object.values(
        responses[status]!.content!['application/problem+json']!.examples!
      )) {
        t.same((await get(summary.replace('GET ', ''), token)).json(), value, `${path} ${summary}`)
      }
    }
  }
})

t.test('tells nothing of that where nobody is asked', async (t) => {
  const { app } = await startService(t, { AUTH: 'none' })
  const text = (await app.inject('/openapi.json')).body
  t.notMatch(text, /securitySchemes|"security":\[\{|"401"|"403"|WWW-Authenticate/)
})
