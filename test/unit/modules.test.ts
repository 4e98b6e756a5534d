import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '#test/support/root.js'

t.test('every module can be imported, so that the coverage gate knows those without a test', async (t) => {
  const files = ['lib', 'plugins', 'routes', 'schemas'].flatMap((folder) =>
    readdirSync(join(root, 'dist', folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js')).map((file) => join(root, 'dist', folder, file)))
  t.ok(files.length > 100)
  for (const file of files) t.type(await import(file), 'object', file)
})
