import t from 'tap'
import { build, read, readSummary, summaryUrl } from './cloud.js'
import type { Summary } from './cloud.js'
import { projectFacts } from './facts.js'

const facts = await projectFacts()
const app = await build(t)
const summary = await readSummary(app)

t.test('has every project with every field as openstackclient says', async (t) => {
  t.strictSame(Object.keys(summary).sort(), Object.keys(facts).sort())
  for (const [name, { summary: said }] of Object.entries(facts)) t.strictSame(summary[name], said, name)
})

t.test('counts what openstackclient lists', async (t) => {
  for (const [name, { listed }] of Object.entries(facts)) t.match(summary[name], listed, name)
})

t.test('passes an unlimited quota on as -1', async (t) => {
  const limits = Object.entries(summary.idle!).filter(([field]) => field.includes('Limit'))
  t.equal(limits.length, 7)
  for (const [field, limit] of limits) t.equal(limit, -1, field)
})

t.test('shows a project at its limits', async (t) => {
  const batch = summary.batch!
  for (const field of Object.keys(batch).filter((field) => field.includes('Limit'))) {
    t.equal(batch[field.replace('Limit', 'Used')], batch[field], field)
  }
})

t.test('is sorted by name', async (t) => {
  const { body } = await read<Summary[]>(app, summaryUrl)
  t.strictSame(body.map(({ name }) => name), Object.keys(facts).sort())
})

t.test('is found under the name of the index, too', async (t) => {
  const { status, body } = await read<Summary[]>(app, '/v1/openstack/projects/summaries')
  t.equal(status, 200)
  t.equal(body.length, Object.keys(facts).length)
})

t.test('answers page by page, with no empty one at the end', async (t) => {
  for (const limit of [1, 2, 3]) {
    const names: string[][] = []
    for (let url: string | undefined = `${summaryUrl}?limit=${limit}`; url !== undefined;) {
      const { status, body, next }: Awaited<ReturnType<typeof read<Summary[]>>> = await read<Summary[]>(
        app, url
      )
      t.equal(status, 200, url)
      names.push(body.map(({ name }) => name))
      url = next
    }
    t.strictSame(names.flat(), Object.keys(facts).sort(), `limit=${limit}`)
    t.ok(names.every(({ length }) => length > 0 && length <= limit), 'pages are neither empty nor too long')
  }
})

t.test('finds projects by a part of their names', async (t) => {
  for (const [projectName, found] of [
    ['E', ['demo', 'idle', 'service', 'web']], ['.', []], ['batch', ['batch']]
  ] as const) {
    const { body } = await read<Summary[]>(app, `${summaryUrl}?projectName=${projectName}`)
    t.strictSame(body.map(({ name }) => name), found, projectName)
  }
})
