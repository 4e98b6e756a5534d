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
import { uninstrumented } from '#test/support/uninstrumented.js'

const run = promisify(execFile)
// Outside the folders that coverage measures: the program belongs to the test.
const generated = join(root, 'node_modules/.cache/client')
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')

/**
 * Compiles the program with the types of a document.
 * @returns the compiler's errors; empty without errors
 */
async function compile (document: object) {
  await rm(generated, { recursive: true, force: true })
  await mkdir(generated, { recursive: true })
  await writeFile(join(generated, 'api.ts'), astToString(await openapiTS(JSON.stringify(document))))
  const command = uninstrumented(process.execPath, tsc, '-p', 'test/http/openapi/client')
  const compilation = run(...command, { cwd: root })
  return compilation.then(() => '', ({ stdout }) => String(stdout))
}

for (const AUTH of ['none', 'keystone']) {
  t.test(`a client generated from the document compiles and works, with AUTH=${AUTH}`, async (t) => {
    const { app, simulator } = await startService(t, { projects: 1, instances: 60, env: { AUTH } })
    const auth = { ...byPassword('admin'), ...onProject('admin') }
    const { id: token } = await logIn(simulator.env.OS_AUTH_URL!, auth)
    const get = async (url: string) => (await app.inject({ url, headers: { 'x-auth-token': token } })).json()
    simulator.intercept = ({ upstream, path }) =>
      upstream === 'block-storage' && path.endsWith(`/${adminProjectId}`) ? { status: 503 } : undefined
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const document = await (await fetch(`${url}/openapi.json`)).json()

    t.equal(await compile(document), '')
    const program = join(generated, 'out/test/http/openapi/client/program.js')
    const { stdout } = await run(...uninstrumented(process.execPath, program, url, token))
    const result = JSON.parse(stdout)

    const [{ id: largest }] = await get('/v1/openstack/projects/summary?projectName=analytics')
    const { metric } = await get(`/v1/openstack/projects/${largest}/instances?limit=1000`)
    t.same(result.ids, metric.map(({ instance_id: id }: { instance_id: string }) => id))
    t.equal(result.pages, Math.ceil(metric.length / 3))
    t.ok(result.pages > 10)
    t.ok(result.withCpuUsage > 0 && result.withCpuUsage < metric.length, 'some have a CPU usage, some do not')
    t.equal(result.projects, 3)
    t.same(result.unlimited, ['analytics-prod'])
    t.same(result.unknown, [{ name: 'admin', unavailable: ['block-storage'] }])
    t.match(result.traffic, [{ name: 'in', mean: Number }, { name: 'out', mean: Number }])
    t.match(result.alone, { name: 'analytics-prod', projectName: 'analytics-prod', instance: String })
    t.ok(metric.some(({ instance_id: id }: { instance_id: string }) => id === result.alone.instance))
    t.same(result.columns, { alone: [['cpu', 11]], together: [[['cpu', 11]], [['cpu', 0]]], same: true })
    t.same(result.problem, {
      status: 400,
      detail: 'limit 1001 must be <= 1000.',
      errors: ['limit'],
      type: 'application/problem+json; charset=utf-8'
    })
  })
}

t.test('the client does not compile with a different document', async (t) => {
  const { app } = await startService(t)
  const text = (await app.inject('/openapi.json')).body
  const compileWith = (value: string, replacement: string) =>
    compile(JSON.parse(text.replaceAll(value, replacement)))
  t.match(await compileWith('["number","null"]', '"number"'), /program\.ts.*Unused '@ts-expect-error'/)
  const renamed = await compileWith('"volumeStorageUsed"', '"volumesUsed"')
  t.match(renamed, /program\.ts.*'volumeStorageUsed' does not exist/)
})
