import { readFile } from 'node:fs/promises'
import { chdir, cwd } from 'node:process'
import t from 'tap'
import { parse } from 'yaml'
import { startService } from '#test/support/service.js'

t.test('writes the document into the working directory', async (t) => {
  const { app } = await startService(t)
  const before = cwd()
  chdir(t.testdir())
  t.teardown(() => chdir(before))
  await import('../../../openapi.js')
  const written = JSON.parse(await readFile('openapi.json', 'utf8'))
  t.same(written, (await app.inject('/openapi.json')).json())
  t.same(parse(await readFile('openapi.yaml', 'utf8')), written)
})
