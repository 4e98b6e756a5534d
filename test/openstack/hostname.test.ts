import t from 'tap'
import { build, instancesUrl, read, readPages, readSummary } from './cloud.js'
import type { Page } from './cloud.js'
import { openstack } from './openstackclient.js'

const app = await build(t)
const { admin, demo, web, idle } = await readSummary(app)

async function search (project: string, hostname: string) {
  const { status, body } = await read<Page>(app, instancesUrl(project, { limit: '100', hostname }))
  return { status, names: body.metric?.map(({ name }) => name), count: body.totalCnt }
}

t.test('hostname finds a literal part of a name, ignoring case', async (t) => {
  for (const [project, hostname, found] of [
    [demo, 'web', ['demo-web-1']],
    [demo, 'WEB', ['demo-web-1']],
    [demo, '-1', ['demo-broken-1', 'demo-multi-1', 'demo-db-1', 'demo-web-1']],
    [web, 'Front-', ['web-front-2', 'web-front-1']],
    [web, 'monasca', ['monasca-agent-1']],
    [web, 'demo', []],
    [idle, 'web', []]
  ] as const) {
    t.strictSame(
      await search(project!.id, hostname), { status: 200, names: found, count: found.length }, hostname
    )
  }
})

t.test('no character of hostname is a wildcard', async (t) => {
  for (const hostname of [
    '.', 'demo.web', '^demo', '1$', 'web|db', '|', '[', '[a-z]', '(', ')', '{2}', '*', '+', '?', '\\', '\\d',
    '%', '_', '\'', '"', ';', '&', '#', '😀', 'web😀', 'é', 'É', 'ü', 'ß', '한국', '\u0301', '\u200b', ' ',
    'a'.repeat(255)
  ]) {
    t.strictSame(
      await search(demo!.id, hostname), { status: 200, names: [], count: 0 }, JSON.stringify(hostname)
    )
  }
})

t.test('hostname finds special characters in a name', async (t) => {
  const name = 'Dépôt [a|b] c.d* (e\\f) 100%_x'
  const created = await openstack([
    '--os-compute-api-version', '2.37', 'server', 'create', name,
    '--flavor', 'm1.tiny', '--image', 'tiny-image', '--nic', 'none', '--wait', '-f', 'json'
  ])
  t.teardown(() => openstack(['server', 'delete', '--wait', created.id]))

  for (const hostname of [
    name, 'dépôt', 'DÉPÔT', 'é', 'É', 'Ô', '[a|b]', '|', '[', 'C.D', '.', '*', '(E\\F)', '\\', '%', '_',
    '100%_X', ' '
  ]) {
    t.strictSame(await search(admin!.id, hostname), { status: 200, names: [name], count: 1 }, hostname)
  }
  for (const hostname of ['é', '[a|b]', 'b]']) {
    const pages = await readPages(app, instancesUrl(admin!.id, { limit: '1', hostname }))
    t.strictSame(pages.map(({ metric }) => metric.length), [1], `one page for ${hostname}`)
  }
  for (const hostname of ['a.b', 'c+d', 'depot', 'Dépôts', '[a|c]', '\\\\', '😀']) {
    t.strictSame(await search(admin!.id, hostname), { status: 200, names: [], count: 0 }, hostname)
  }
})

t.test('search results are paginated', async (t) => {
  for (const [project, hostname, count] of [
    [demo, 'demo', 4], [web, 'front', 2], [web, '-', 3], [demo, 'b-1', 2]
  ] as const) {
    for (const limit of ['1', '2', '3']) {
      const pages = await readPages(app, instancesUrl(project!.id, { limit, hostname }))
      t.equal(pages.flatMap(({ metric }) => metric).length, count, `${hostname}, limit=${limit}`)
      t.ok(
        pages.every(({ metric, totalCnt }) => metric.length > 0 && totalCnt === count),
        'no page is empty, and each has the total count'
      )
    }
  }
})
