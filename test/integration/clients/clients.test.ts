import { execFile } from 'node:child_process'
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { root } from '#test/support/root.js'
import { startService } from '#test/support/service.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'
import { uninstrumented } from '#test/support/uninstrumented.js'

const run = promisify(execFile)
const source = join(root, 'test/integration/clients/programs')

/** The arguments of each generator, which writes its client for `document.json` into a folder. */
const generators: Record<string, (target: string) => string[]> = {
  'hey-api': (target) => ['openapi-ts', '-i', 'document.json', '-o', target, '-c', '@hey-api/client-fetch'],
  orval: (target) =>
    ['orval', '--input', 'document.json', '--output', `${target}/index.ts`, '--client', 'fetch'],
  'swagger-typescript-api': (target) =>
    ['swagger-typescript-api', 'generate', '-p', 'document.json', '-o', target, '-n', 'index.ts']
}

/** Installs the generators once for each lock file. They are no dependencies: 380 packages, for one test. */
async function install () {
  const lock = createHash('sha256').update(readFileSync(join(source, 'package-lock.json'))).digest('hex')
  const dir = join(root, '.cache/clients', lock.slice(0, 12))
  if (existsSync(dir)) return dir
  const unfinished = `${dir}-${process.pid}`
  await mkdir(unfinished, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(join(source, file), join(unfinished, file))
  }
  const command = uninstrumented('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund')
  await run(...command, { cwd: unfinished })
  await rename(unfinished, dir)
  return dir
}

async function reach () {
  try {
    return { dir: await install() }
  } catch (err) {
    if (process.env.REQUIRE_CLIENTS === '1') throw err
    return { skip: `needs the npm registry: ${(err as Error).message.split('\n', 1)[0]}` }
  }
}
const { dir, skip = false } = await reach()

t.test('clients of other generators compile, and read each route', { skip }, async (t) => {
  const fixed = Date.parse('2026-11-26T12:00:30Z')
  const { app, simulator } = await startService(t, {
    projects: 10, instances: 60, env: { AUTH: 'keystone' }, now: () => fixed
  })
  const login = { ...byPassword('admin'), ...onProject('admin') }
  const { id: token } = await logIn(simulator.env.OS_AUTH_URL!, login)
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const get = async (path: string) =>
    (await app.inject({ url: path, headers: { 'x-auth-token': token } })).json()

  const v1 = '/v1/openstack'
  const [{ id: project }] = await get(`${v1}/projects/summary?projectName=analytics`)
  const { metric: instances } = await get(`${v1}/projects/${project}/instances?limit=100`)
  const withUsage = (known: boolean) => instances.find(({ cpuUsage }: { cpuUsage: number | null }) =>
    (cpuUsage !== null) === known).instance_id
  const [instance, idle] = [withUsage(true), withUsage(false)]
  const range = 'defaultTimeRange=10m&groupBy=1m'
  const ofInstance = `${v1}/projects/${instance}`
  const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets', 'usages']
  const paths: Record<string, string> = {
    getHealth: '/healthz',
    getReadiness: '/readyz',
    listProjectSummaries: `${v1}/projects/summary?projectName=a&sort=-name`,
    listProjectSummariesByOldPath: `${v1}/projects/summaries?limit=2`,
    getProjectTotals: `${v1}/projects/totals`,
    getProjectSummary: `${v1}/projects/${project}/summary`,
    listInstances: `${v1}/projects/${project}/instances?limit=3&sort=name`,
    getUsagesOfInstances: `${v1}/projects/${project}/instances/usages?${range}` +
      `&instances=${instance},${idle}&usage=cpuUsage`,
    getInstance: `${v1}/instances/${instance}`,
    searchInstances: `${v1}/instances?limit=2&hostname=ka`,
    listTopInstances: `${v1}/instances/top?by=networkIo&order=asc&limit=2`,
    ...Object.fromEntries(usages.map((name) =>
      [`get${name[0]!.toUpperCase()}${name.slice(1)}`, `${ofInstance}/${name}?${range}`])),
    problem: `${v1}/projects/${project}/instances?limit=1001`
  }
  const operations = Object.values<any>((await get('/openapi.json')).paths)
    .map(({ get: { operationId } }) => operationId)
  t.same(operations.filter((name) => !(name in paths)), ['getMetrics'], 'each route is read')
  const expected = Object.fromEntries(
    await Promise.all(Object.entries(paths).map(async ([name, path]) => [name, await get(path)]))
  )
  t.match(expected, {
    problem: { status: 400 }, getUsagesOfInstances: { instances: [{ instance_id: instance }, {}] }
  })
  const text = JSON.stringify(expected)
  t.match(text, /"instancesLimit":-1,/, 'with an unlimited quota')
  t.match(text, /"values":\[null,/, 'and with nulls')

  const work = join(dir!, `run-${process.pid}`)
  t.teardown(() => rm(work, { recursive: true, force: true }))
  await mkdir(work)
  await cp(source, work, { recursive: true })
  await writeFile(join(work, 'document.json'), JSON.stringify(await get('/openapi.json')))
  const command = (args: string[]) =>
    run(...uninstrumented('npx', '--no-install', ...args), { cwd: work })
      .then(() => '', ({ stdout, stderr }) => stdout + stderr)
  for (const [name, args] of Object.entries(generators)) {
    t.equal(await command(args(`generated/${name}`)), '', `${name} generates a client`)
  }
  t.equal(await command(['tsc']), '', 'all compile')
  for (const name of Object.keys(generators)) {
    const program = join(work, 'out', `${name}.js`)
    const args = [program, origin, token, project, instance, idle]
    const { stdout } = await run(...uninstrumented(process.execPath, ...args))
    const { getMetrics = 'string', ...responses } = JSON.parse(stdout)
    t.equal(getMetrics, 'string')
    for (const [operation, response] of Object.entries(expected)) {
      t.same(responses[operation], response, `${name}: ${operation}`)
    }
  }
})
