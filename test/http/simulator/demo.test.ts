import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { buildApp } from '#app.js'
import { startDemoCloud, type DemoOptions } from '#simulator/demo-cloud.js'
import { adminInstanceId, adminProjectId } from '#simulator/seed.js'
import { password } from '#simulator/users.js'
import type { ProjectSummary } from '#schemas/project.js'
import { buildPage } from '#test/support/page.js'
import { root } from '#test/support/root.js'
import { metricsStores } from '#test/support/service.js'
import { uninstrumented } from '#test/support/uninstrumented.js'

const base = '/v1/openstack'
const now = () => 1_777_896_000_000
const unlimited = -1

/** The service over the cloud of the demo, at a fixed time. */
async function startDemo (t: Test, options?: DemoOptions) {
  const simulator = await startDemoCloud({ now, ...options })
  const app = await buildApp({ env: { ...simulator.env, OVERLOAD_DELAY: '0' }, now })
  t.teardown(async () => {
    await app.close()
    await simulator.close()
  })
  const get = async (path: string) => {
    const response = await app.inject(`${base}${path}`)
    t.equal(response.statusCode, 200, path)
    return response.json()
  }
  const project = async (name: string): Promise<ProjectSummary> => {
    const found = await get(`/projects/summary?projectName=${encodeURIComponent(name)}`)
    return found.find((project: ProjectSummary) => project.name === name)
  }
  return { get, project }
}

const percentOf = (used: number | null, limit: number | null) => Math.round(100 * used! / limit!)

t.test('projects are near and over limits of every kind', async (t) => {
  const { get, project } = await startDemo(t)
  t.match(await get('/projects/totals'), { projects: 52, enabled: 50, near: 14, full: 6 })
  const shares = (name: string) => project(name).then((p) => ({
    instances: percentOf(p.instancesUsed, p.instancesLimit),
    vcpus: percentOf(p.vcpusUsed, p.vcpusLimit),
    memory: percentOf(p.memoryMbUsed, p.memoryMbLimit),
    floatingIps: percentOf(p.floatingIpsUsed, p.floatingIpsLimit),
    securityGroups: percentOf(p.securityGroupsUsed, p.securityGroupsLimit),
    volumes: percentOf(p.volumeStorageUsed, p.volumeStorageLimit),
    gigabytes: percentOf(p.volumeStorageUsedGb, p.volumeStorageLimitGb)
  }))
  for (const [name, share] of [
    ['delivery-prod', { vcpus: 93 }],
    ['edge-prod', { instances: 107 }],
    ['gateway-prod', { floatingIps: 83 }],
    ['결제-운영', { memory: 87 }],
    ['ledger-prod', { volumes: 95, gigabytes: 92 }],
    ['network-prod', { securityGroups: 90 }],
    ['데이터분석-개발', { vcpus: 100 }],
    ['catalog-stage', { volumes: 80, gigabytes: 110 }],
    ['search-stage', { vcpus: 106 }]
  ] as const) t.match(await shares(name), share, name)
})

t.test('projects are unlimited, without any room, disabled, and of many names', async (t) => {
  const { project } = await startDemo(t)
  for (const [name, expected] of [
    ['analytics-prod', { instancesLimit: unlimited, vcpusLimit: unlimited, volumeStorageLimitGb: unlimited }],
    ['analytics-stage', { instancesLimit: unlimited, memoryMbLimit: unlimited, floatingIpsLimit: 10 }],
    ['identity-prod', { volumeStorageLimit: 0, volumeStorageUsed: 0, volumeStorageLimitGb: 0 }],
    ['edge-stage', { floatingIpsLimit: 0, floatingIpsUsed: 2 }],
    ['catalog-prod', { enabled: false }],
    ['identity-stage', { enabled: false }],
    ['연구-시험', { description: '연구 팀의 시험 환경', volumeStorageLimit: unlimited }],
    ['مشروع-التتبع', { enabled: true }],
    ['research-recommendations-and-personalisation-experiments-in-prod', { enabled: true }]
  ] as const) t.match(await project(name), expected, name)
})

t.test('instances have Korean names, and the search finds them', async (t) => {
  const { get, project } = await startDemo(t)
  const { metric } = await get(`/instances?limit=100&hostname=${encodeURIComponent('주문-api')}`)
  t.ok(metric.length > 0)
  const { id } = await project('결제-운영')
  for (const { tenant_id: projectId, projectName } of metric) {
    t.strictSame([projectId, projectName], [id, '결제-운영'])
  }
})

t.test('instances that do not run have no usage and no series', async (t) => {
  const { get, project } = await startDemo(t)
  const { id } = await project('analytics-prod')
  for (const [state, isLaunched] of [['SHUTOFF', true], ['ERROR', false]] as const) {
    const { metric } = await get(`/projects/${id}/instances?limit=100&state=${state}`)
    t.ok(metric.length > 0, state)
    for (const instance of metric) {
      t.match(instance, { state, cpuUsage: null, memoryUsage: null })
      t.equal(instance.started_at !== '' && instance.started_at !== null, isLaunched)
      t.equal(instance.address.length > 0, isLaunched)
    }
    const { usages } = await get(`/projects/${metric[0].instance_id}/usages?defaultTimeRange=1h&groupBy=1m`)
    const values = usages.flatMap(({ series }: any) => series.flatMap(({ values }: any) => values))
    t.ok(values.every((value: unknown) => value === null), state)
  }
})

for (const metricsStore of metricsStores) {
  t.test(`the agent of one host was away for 20 minutes of the last hour (${metricsStore})`, async (t) => {
    const { get } = await startDemo(t, { metricsStore })
    const { start, step, usages } =
      await get(`/projects/${adminInstanceId}/usages?defaultTimeRange=1h&groupBy=1m`)
    t.equal(usages.length, 6)
    for (const { usage, series } of usages) {
      for (const { name, values } of series) {
        const missing = values.flatMap((value: number | null, i: number) =>
          value === null ? [(start + i * step - now() / 1000) / 60] : [])
        t.match(missing, { length: /^(?:19|20|21)$/ }, `${usage} ${name}`)
        t.ok(missing.every((minute: number) => minute >= -52 && minute <= -32), `${usage} ${name}`)
      }
    }
    const { metric } = await get(`/projects/${adminProjectId}/instances?limit=100`)
    t.ok(metric.every(({ cpuUsage }: any) => cpuUsage !== null), 'all samples are recent again')
  })
}

t.test('with --trouble the volumes of some projects are unknown', async (t) => {
  const { get } = await startDemo(t, { trouble: true })
  const projects: ProjectSummary[] = await get('/projects/summary')
  const partial = projects.filter(({ unavailable }) => unavailable !== undefined)
  t.equal(partial.length, 8)
  t.ok(partial.some(({ name }) => name === 'edge-prod'), 'one that is full is among them')
  for (const project of projects) {
    const isKnown = !partial.includes(project)
    if (!isKnown) t.strictSame(project.unavailable, ['block-storage'])
    t.equal(project.volumeStorageUsed !== null, isKnown)
    t.equal(project.volumeStorageLimitGb !== null, isKnown)
    t.not(project.vcpusUsed, null)
  }
  t.match(await get('/projects/totals'), { quotas: { volumeStorage: { unknown: 8 }, vcpus: { unknown: 0 } } })
})

t.test('with --large there are 1,002 projects and 10,043 instances', async (t) => {
  // Processor time, because elapsed time depends on the load of the machine.
  const start = process.cpuUsage()
  const { get } = await startDemo(t, { large: true })
  t.ok(process.cpuUsage(start).user < 2e6)
  const projects: ProjectSummary[] = await get('/projects/summary')
  t.equal(projects.length, 1002)
  t.equal(new Set(projects.map(({ name }) => name)).size, 1002)
  t.equal(projects.reduce((sum, { instancesUsed }) => sum + instancesUsed!, 0), 10_043)
  const totals = await get('/projects/totals')
  t.match(totals, { projects: 1002, enabled: 994, quotas: { instances: { used: 10_043, unknown: 0 } } })
  t.ok(totals.near > 50 && totals.near < 200)
  const [{ id, instancesUsed }] = await get('/projects/summary?sort=-fullest&limit=1')
  t.equal((await get(`/projects/${id}/instances?limit=1`)).totalCnt, instancesUsed)
  t.equal((await get('/instances/top?by=cpuUsage')).metric.length, 10)
})

/** Runs the demo in a process of its own; its output is complete once it has printed its last line. */
async function runDemo (t: Test, args: string[], env: Record<string, string> = {}) {
  const command = uninstrumented(process.execPath, join(root, 'dist/simulator/demo.js'), ...args)
  const child = spawn(...command, {
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', ...env }, stdio: 'pipe'
  })
  t.teardown(() => { if (child.exitCode === null) child.kill('SIGKILL') })
  const output = { stdout: '', stderr: '' }
  child.stderr.on('data', (data) => { output.stderr += data })
  const exited = once(child, 'close')
  for await (const data of child.stdout.iterator({ destroyOnReturn: false })) {
    output.stdout += data
    if (output.stdout.includes('Ctrl-C')) break
  }
  return { child, exited, output, lines: output.stdout.split('\n') }
}

t.test('prints the page first, then addresses that respond, and stops at a signal', async (t) => {
  await buildPage()
  const { child, exited, lines } = await runDemo(t, ['--large', '--metrics', 'prometheus'])
  const [first, ...others] = lines.filter((line) => line.startsWith('http'))
  t.equal(lines[0], first)
  t.match(first, /^http:\/\/127\.0\.0\.1:\d+\/ui\/$/)
  t.equal(others.length, 4)
  for (const url of [first!, ...others]) t.equal((await fetch(url)).status, 200, url)
  child.kill('SIGTERM')
  t.strictSame(await exited, [0, null])
})

t.test('prints a user for each scope with AUTH=keystone, who can sign in', async (t) => {
  const { lines } = await runDemo(t, [], { AUTH: 'keystone' })
  const origin = new URL(lines[0]!).origin
  t.match(lines.join('\n'), `domain Default and the password "${password}"`)
  const users = lines.flatMap((line) => /^ {2}(\w+) +sees (.*)$/.exec(line) ?? []).filter((_, i) => i % 3 > 0)
  const send = (body: object, headers: Record<string, string> = {}) => fetch(`${origin}/ui/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
    body: JSON.stringify(body)
  })
  const seen = []
  for (let i = 0; i < users.length; i += 2) {
    const [user, sees] = users.slice(i) as [string, string]
    const login = { method: 'password', user, domain: 'Default', password }
    const passcode = /passcode (\d+)/.exec(sees)?.[1]
    if (passcode !== undefined) t.match(await (await send(login)).json(), { needs: ['totp'] })
    const response = await send({ ...login, ...passcode && { passcode } })
    t.equal(response.status, 200, user)
    const { scope } = await response.json() as { scope: { sees: string, name: string } }
    seen.push([user, scope.sees, scope.name])
  }
  t.strictSame(seen, [
    ['admin', 'all', 'admin'],
    ['lead', 'domain', 'Default'],
    ['demo', 'project', 'demo'],
    ['factors', 'project', 'demo']
  ])
})

t.test('describes its options, and rejects others', async (t) => {
  const { exited, output: { stdout } } = await runDemo(t, ['--help'])
  t.strictSame(await exited, [0, null])
  for (const option of ['--large', '--trouble', '--metrics', 'AUTH']) t.match(stdout, option)
  for (const [args, message] of [
    [['--metrics', 'graphite'], '--metrics must be influxdb or prometheus'],
    [['--larger'], /Unknown option '--larger'/]
  ] as const) {
    const { exited, output } = await runDemo(t, [...args])
    t.strictSame(await exited, [1, null])
    t.match(output.stderr, message)
  }
})

t.test('docs/api.md shows its responses', async (t) => {
  const { get } = await startDemo(t)
  const document = readFileSync(join(root, 'docs/api.md'), 'utf8').replaceAll('\n', '')
  const [fullest] = await get('/projects/summary?sort=-fullest&nearLimit=50&limit=1')
  t.ok(document.includes(JSON.stringify(fullest).split(',"vcpusLimit"')[0]!))
  const { quotas, ...counts } = await get('/projects/totals')
  t.ok(document.includes(JSON.stringify(counts).slice(0, -1)))
  const { instances, vcpus } = quotas
  t.ok(document.includes(JSON.stringify({ instances, vcpus }).slice(1, -1)))
})
