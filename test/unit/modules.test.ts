import { join } from 'node:path'
import t from 'tap'
import { root } from '#test/support/root.js'
import { sourceFiles } from '#test/support/source-files.js'

t.test('every module can be imported, so that the coverage gate knows those without a test', async (t) => {
  const files = sourceFiles('lib', 'plugins', 'routes', 'schemas')
  t.ok(files.length > 100)
  for (const file of files) {
    t.type(await import(join(root, 'dist', file.replace(/\.ts$/, '.js'))), 'object', file)
  }
})
