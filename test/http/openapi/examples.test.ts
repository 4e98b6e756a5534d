import t from 'tap'
import { startService } from '#test/support/service.js'
import { operationsOf } from '#test/support/openapi-contract.js'
import type { Document } from '#test/support/openapi-contract.js'
import { startBroken, startLimited } from './faults.js'

const { app } = await startService(t)
const document: Document = (await app.inject('/openapi.json')).json()
const operations = operationsOf(document)

/** Starts the service that returns the problem of an example. */
async function serviceFor (status: string, example: string) {
  if (status >= '500') return startBroken(t, Number(status), example)
  return status === '429' ? startLimited(t) : app
}

t.test('each example of a problem is the response to its request', async (t) => {
  const tried = new Set<string>()
  for (const [path, { responses }] of operations) {
    for (const [status, { content = {} }] of Object.entries(responses)) {
      const { examples = {} } = content['application/problem+json'] ?? {}
      for (const [name, { summary, value }] of Object.entries(examples)) {
        if (tried.has(`${status} ${name}`)) continue
        tried.add(`${status} ${name}`)
        const service = await serviceFor(status, name)
        const [method, url] = summary.split(' ') as ['GET', string]
        const response = await service.inject({ method, url })
        t.equal(response.statusCode, Number(status), `${path} ${summary}`)
        t.same(response.json(), value)
      }
    }
  }
  t.equal(tried.size, 14)
})

t.test('requests with the examples of the parameters succeed', async (t) => {
  for (const [path, { parameters = [] }] of operations) {
    const examples = parameters.map(({ example, schema, ...parameter }) =>
      ({ ...parameter, example: String(example ?? schema.examples?.[0]) }))
    const base = examples.reduce((path, { name, example }) => path.replace(`{${name}}`, example), path)
    const query = examples.filter((parameter) => parameter.in === 'query')
    const queryString = (names: string[]) =>
      query.filter(({ name, required }) => required || names.includes(name))
        .map(({ name, example }) => `${name}=${encodeURIComponent(example)}`).join('&')
    // A search needs one of two parameters.
    const isSearch = path.endsWith('/instances') && !path.includes('{')
    const always = isSearch ? ['hostname'] : []
    const choices = query.some(({ name }) => name === 'timeRangeTo')
      ? [['defaultTimeRange'], ['timeRangeFrom', 'timeRangeTo']]
      : [[], ...query.map(({ name }) => [name]), query.map(({ name }) => name)]
    for (const choice of choices) {
      const url = `${base}?${queryString([...always, ...choice])}`
      const response = await app.inject(url)
      t.equal(response.statusCode, 200, `${url} ${response.body.slice(0, 200)}`)
    }
  }
})

t.test('the example of a summary is that of the demo project in the simulated cloud', async (t) => {
  const { content = {} } = operations.find(([path]) => path.endsWith('projects/summary'))![1].responses[200]!
  const projects: Array<{ name: string }> = (await app.inject('/v1/openstack/projects/summary')).json()
  t.same(content['application/json']!.example, projects.filter(({ name }) => name === 'demo'))
})
