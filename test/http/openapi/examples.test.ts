import t from 'tap'
import { startService } from '#test/support/service.js'
import { operationsOf } from '#test/support/openapi-contract.js'
import type { Document } from '#test/support/openapi-contract.js'
import { startBroken, startLimited } from './faults.js'

const { app } = await startService(t)
const document: Document = (await app.inject('/openapi.json')).json()
const operations = operationsOf(document)

t.test('each example of a problem is what its request is answered with', async (t) => {
  const asked = new Set<string>()
  for (const [path, { responses }] of operations) {
    for (const [status, { content = {} }] of Object.entries(responses)) {
      for (const [name, { summary, value }] of Object.entries(
        content['application/problem+json']?.examples ?? {}
      )) {
        if (asked.has(`${status} ${name}`)) continue
        asked.add(`${status} ${name}`)
        const service = status >= '500'
          ? await startBroken(t, Number(status), name)
          : status === '429' ? await startLimited(t) : app
        const [method, url] = summary.split(' ') as ['GET', string]
        const answer = await service.inject({ method, url })
        t.equal(answer.statusCode, Number(status), `${path} ${summary}`)
        t.same(answer.json(), value)
      }
    }
  }
  t.equal(asked.size, 13)
})

t.test('each example of a parameter is answered', async (t) => {
  for (const [path, { parameters = [] }] of operations) {
    const examples = parameters.map(
      ({ example, schema, ...parameter }) => ({
        ...parameter, example: String(example ?? schema.examples?.[0])
      })
    )
    const base = examples.reduce((path, { name, example }) => path.replace(`{${name}}`, example), path)
    const query = examples.filter((parameter) => parameter.in === 'query')
    const text = (names: string[]) => query.filter(({ name, required }) => required || names.includes(name))
      .map(({ name, example }) => `${name}=${encodeURIComponent(example)}`).join('&')
    const choices = query.some(({ name }) => name === 'timeRangeTo')
      ? [['defaultTimeRange'], ['timeRangeFrom', 'timeRangeTo']]
      : [[], ...query.map(({ name }) => [name]), query.map(({ name }) => name)]
    for (const choice of choices) {
      const answer = await app.inject(`${base}?${text(choice)}`)
      t.equal(answer.statusCode, 200, `${base}?${text(choice)} ${answer.body.slice(0, 200)}`)
    }
  }
})

t.test('the example of a summary is what the demo project of the simulated cloud has', async (t) => {
  const { content = {} } = operations.find(([path]) => path.endsWith('/summary'))![1].responses[200]!
  const projects = (await app.inject('/v1/openstack/projects/summary')).json()
  t.same(
    content['application/json']!.example, projects.filter(({ name }: { name: string }) => name === 'demo')
  )
})
