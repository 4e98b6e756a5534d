import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import t from 'tap'
import { root } from '#test/support/root.js'
import { startService } from '#test/support/service.js'

t.test('the page has the types of the current document', async (t) => {
  const { app } = await startService(t)
  const document = (await app.inject('/openapi.json')).json()
  const types = astToString(await openapiTS(JSON.stringify(document)))
  const written = await readFile(join(root, 'web/lib/openapi.d.ts'), 'utf8')
  t.ok(written.endsWith(types), 'npm run openapi writes them')
})
