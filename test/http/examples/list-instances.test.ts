import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { adminProjectId } from '#simulator/seed.js'
import { root } from '#test/support/root.js'
import { startService } from '#test/support/service.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'

const run = promisify(execFile)
const program = join(root, 'examples/list_instances.py')
const skip = spawnSync('python3', ['--version']).status !== 0 && 'needs python3'

/** The lines of the program's table, or its error. */
async function list (origin: string, project: string, token?: string, options: string[] = []) {
  const env = { PATH: process.env.PATH, PYTHONIOENCODING: 'utf-8', ...token && { OS_TOKEN: token } }
  return run('python3', [program, origin, project, ...options], { env }).then(
    ({ stdout, stderr }) => ({ lines: stdout.trimEnd().split('\n'), stderr }),
    ({ code, stderr }) => ({ code, stderr })
  )
}

t.test('the example pages through a project\'s instances, and prints each of them', { skip }, async (t) => {
  const { app, simulator, count } = await startService(t, { instances: 60, env: { AUTH: 'keystone' } })
  const login = { ...byPassword('admin'), ...onProject('admin') }
  const { id: token } = await logIn(simulator.env.OS_AUTH_URL!, login)
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `/v1/openstack/projects/${adminProjectId}/instances?limit=1000`
  const { metric } = (await app.inject({ url, headers: { 'x-auth-token': token } })).json()
  t.ok(metric.length > 20)

  const before = count('compute', '/v2.1/servers/detail')
  const { lines } = await list(origin, adminProjectId, token, ['--page-size', '7']) as { lines: string[] }
  t.equal(count('compute', '/v2.1/servers/detail') - before, Math.ceil(metric.length / 7), 'in pages')
  t.match(lines.shift(), /^NAME +STATE +CPU +MEMORY +VCPUS +ADDRESS$/)
  t.equal(lines.length, metric.length)
  for (const [i, { name, state, cpuUsage, memoryUsage, vcpus, address }] of metric.entries()) {
    const usage = (value: number | null) => value === null ? '-' : `${value} %`
    t.same(lines[i]!.split(/ {2,}/), [
      name, state, usage(cpuUsage), usage(memoryUsage), String(vcpus), address.join(', ') || '-'
    ].flatMap((text) => text.split(/ {2,}/)))
  }

  t.match(await list(origin, adminProjectId), { code: 1, stderr: /^401: There is no token/ })
  t.match(await list(origin, '0'.repeat(32), token), { code: 1, stderr: '404: No such project.\n' })
  const tooMany = ['--page-size', '1001']
  t.match(await list(origin, adminProjectId, token, tooMany), { code: 1, stderr: /^400: limit 1001/ })
  t.match(await list('http://127.0.0.1:1', adminProjectId), { code: 1, stderr: /cannot be reached/ })

  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? 'reset' : undefined
  t.match(await list(origin, adminProjectId, token), { stderr: /^without metrics: usages may be unknown$/m })
})
