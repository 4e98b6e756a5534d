import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import openapiTS, { astToString } from 'openapi-typescript'
import t from 'tap'
import { adminProjectId } from '#simulator/seed.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { startService } from '#test/support/service.js'
import { root } from '#test/support/root.js'

const run = promisify(execFile)
// Where coverage does not look: the program is a test's own.
const generated = join(root, 'node_modules/.cache/client')
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')

t.setTimeout(180_000)

/** Compiles the program against the types of a document: what the compiler complains of, in its own words. */
async function compile (document: object) {
  await rm(generated, { recursive: true, force: true })
  await mkdir(generated, { recursive: true })
  await writeFile(join(generated, 'api.ts'), astToString(await openapiTS(JSON.stringify(document))))
  return run(process.execPath, [tsc, '-p', 'test/http/openapi/client'], {
    cwd: root
  }).then(() => '', ({ stdout }) => String(stdout))
}

for (const AUTH of ['none', 'keystone']) {
  t.test(`a program that has only the document compiles, and finds its way, with AUTH=${AUTH}`, async (t) => {
    const { app, simulator } = await startService(t, { projects: 1, instances: 60, env: { AUTH } })
    const { id: token } = await logIn(simulator.env.OS_AUTH_URL!, {
      ...byPassword('admin'), ...onProject('admin')
    })
    const get = async (url: string) => (await app.inject({ url, headers: { 'x-auth-token': token } })).json()
    simulator.intercept = ({ upstream, path }) =>
      upstream === 'block-storage' && path.endsWith(`/${adminProjectId}`) ? { status: 503 } : undefined
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const document = await (await fetch(`${url}/openapi.json`)).json()

    t.equal(await compile(document), '')
    const { stdout } = await run(process.execPath, [
      join(generated, 'out/test/http/openapi/client/program.js'), url, token
    ])
    const found = JSON.parse(stdout)

    const [{ id: largest }] = await get('/v1/openstack/projects/summary?projectName=analytics')
    const { metric } = await get(`/v1/openstack/projects/${largest}/instances?limit=1000`)
    t.same(found.ids, metric.map(({ instance_id: id }: { instance_id: string }) => id))
    t.equal(found.pages, Math.ceil(metric.length / 3))
    t.ok(found.pages > 10)
    t.ok(found.loaded > 0 && found.loaded < metric.length, 'some have a load, and some have none')
    t.equal(found.projects, 3)
    t.same(found.unlimited, ['analytics-prod'])
    t.same(found.unknown, [{ name: 'admin', unavailable: ['block-storage'] }])
    t.match(found.traffic, [{ name: 'in', mean: Number }, { name: 'out', mean: Number }])
    t.same(found.problem, {
      status: 400,
      detail: 'limit 1001 must be <= 1000.',
      errors: [
        'limit'
      ],
      type: 'application/problem+json; charset=utf-8'
    })
  })
}

t.test('the program does not compile against a document that tells something else', async (t) => {
  const { app } = await startService(t)
  const text = (await app.inject('/openapi.json')).body
  t.match(
    await compile(JSON.parse(text.replaceAll('["number","null"]', '"number"'))),
    /program\.ts.*Unused '@ts-expect-error'/
  )
  t.match(
    await compile(JSON.parse(text.replaceAll('"volumeStorageUsed"', '"volumesUsed"'))),
    /program\.ts.*'volumeStorageUsed' does not exist/
  )
})
