import t from 'tap'
import { build, read, readPages, readSummary, summaryUrl } from './cloud.js'
import type { Summary } from './cloud.js'
import { expectedProjects } from './expected.js'

const expected = await expectedProjects()
const names = Object.keys(expected).sort()
const app = await build(t)
const summary = await readSummary(app)

t.test('every field of every project equals the output of openstackclient', async (t) => {
  t.strictSame(Object.keys(summary).sort(), names)
  for (const name of names) t.strictSame(summary[name], expected[name].summary, name)
})

t.test('usages equal the counts of the lists of openstackclient', async (t) => {
  for (const name of names) t.match(summary[name], expected[name].counted, name)
})

t.test('an unlimited quota is -1', async (t) => {
  const limits = Object.entries(summary.idle!).filter(([field]) => field.includes('Limit'))
  t.equal(limits.length, 7)
  for (const [field, limit] of limits) t.equal(limit, -1, field)
})

t.test('the usage of a project at its limits equals them', async (t) => {
  const batch = summary.batch!
  for (const field of Object.keys(batch).filter((field) => field.includes('Limit'))) {
    t.equal(batch[field.replace('Limit', 'Used')], batch[field], field)
  }
})

t.test('projects are sorted by name', async (t) => {
  const { body } = await read<Summary[]>(app, summaryUrl)
  t.strictSame(body.map(({ name }) => name), names)
})

t.test('the old path summaries returns the same projects', async (t) => {
  const { status, body } = await read<Summary[]>(app, '/v1/openstack/projects/summaries')
  t.equal(status, 200)
  t.equal(body.length, names.length)
})

t.test('pages have every project once, and no page is empty', async (t) => {
  for (const limit of [1, 2, 3]) {
    const pages = await readPages<Summary[]>(app, `${summaryUrl}?limit=${limit}`)
    t.strictSame(pages.flat().map(({ name }) => name), names, `limit=${limit}`)
    t.ok(pages.every(({ length }) => length > 0 && length <= limit), 'no page is empty or too long')
  }
})

t.test('projectName finds projects by a part of their names', async (t) => {
  for (const [projectName, found] of [
    ['E', ['demo', 'idle', 'service', 'web']], ['.', []], ['batch', ['batch']]
  ] as const) {
    const { body } = await read<Summary[]>(app, `${summaryUrl}?projectName=${projectName}`)
    t.strictSame(body.map(({ name }) => name), found, projectName)
  }
})
