import t from 'tap'
import type { Test } from 'tap'
import { build, instancesUrl, read, readSummary, summaryUrl } from './cloud.js'
import { service, stop } from './service.js'

t.setTimeout(240_000)

const app = await build(t)
const before = await readSummary(app)
const instances = instancesUrl(before.demo!.id, { limit: '2' })

/** A problem that names what failed by its role, and nothing of the cloud's inside. */
async function isProblem (t: Test, from: typeof app, url: string, expected: number, role: string) {
  const { status, headers, body } = await read(from, url)
  t.equal(status, expected, `${url} without ${role}`)
  t.match(headers['content-type'], 'application/problem+json')
  t.match(body, { status: expected, detail: new RegExp(role) })
  t.notMatch(JSON.stringify(body), /127\.0\.0\.1|ECONN|cloud-in-a-box/)
  if (expected === 503) t.match(headers['retry-after'], /^\d+$/)
}

for (const [daemon, role, fields] of [
  ['cinder-api', 'block-storage', /^volumeStorage/],
  ['neutron-server', 'network', /^(floatingIps|securityGroups)/],
  ['nova-api', 'compute', /^(instances|vcpus|memoryMb)/]
] as const) {
  t.test(`without ${daemon} the summary has what the others know`, async (t) => {
    await stop(t, daemon)
    const summary = await readSummary(app)
    for (const [name, project] of Object.entries(before)) {
      const without = Object.entries(project).map(
        ([field, value]) => [field, fields.test(field) ? null : value]
      )
      t.strictSame(summary[name], { ...Object.fromEntries(without), unavailable: [role] }, name)
    }
    if (role === 'block-storage') {
      t.equal((await read(app, instances)).status, 200, 'instances need no volumes')
    }
    // Nova asks Neutron for ports, and answers 500 without it
    if (role === 'network') await isProblem(t, app, instances, 502, 'compute')
    if (role === 'compute') await isProblem(t, app, instances, 503, role)

    await service('start', [daemon])
    t.strictSame(await readSummary(app), before, 'and all of it once that is back')
    t.equal((await read(app, instances)).status, 200)
  })
}

t.test('without Keystone nothing is answered, until it is back', async (t) => {
  const fresh = await build(t)
  await stop(t, 'keystone')
  for (const from of [app, fresh]) {
    await isProblem(t, from, summaryUrl, 503, 'identity')
    await isProblem(t, from, instances, 503, 'identity')
  }
  await service('start', ['keystone'])
  for (const from of [app, fresh]) {
    t.strictSame(await readSummary(from), before)
    t.equal((await read(from, instances)).status, 200)
  }
})

t.test('started while everything is down, it answers as soon as that is up', async (t) => {
  const all = ['keystone', 'neutron-server', 'nova-api', 'cinder-api']
  await stop(t, ...all)
  const fresh = await build(t)
  await isProblem(t, fresh, summaryUrl, 503, 'identity')
  await service('start', all)
  t.strictSame(await readSummary(fresh), before)
  t.equal((await read(fresh, instances)).status, 200)
})
