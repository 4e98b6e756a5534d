import t from 'tap'
import type { Test } from 'tap'
import { build, instancesUrl, read, readSummary, summaryUrl } from './cloud.js'
import { service, stop } from './service.js'

const app = await build(t)
const before = await readSummary(app)
const instances = instancesUrl(before.demo!.id, { limit: '2' })

/** Checks that a problem names the failing upstream, without internals of the cloud. */
async function checkProblem (t: Test, from: typeof app, url: string, expected: number, upstream: string) {
  const { status, headers, body } = await read(from, url)
  t.equal(status, expected, `${url} without ${upstream}`)
  t.match(headers['content-type'], 'application/problem+json')
  t.match(body, { status: expected, detail: new RegExp(upstream) })
  t.notMatch(JSON.stringify(body), /127\.0\.0\.1|ECONN|cloud-in-a-box/)
  if (expected === 503) t.match(headers['retry-after'], /^\d+$/)
}

for (const [daemon, upstream, fields] of [
  ['cinder-api', 'block-storage', /^volumeStorage/],
  ['neutron-server', 'network', /^(floatingIps|securityGroups)/],
  ['nova-api', 'compute', /^(instances|vcpus|memoryMb)/]
] as const) {
  t.test(`without ${daemon} the summary is partial`, async (t) => {
    await stop(t, daemon)
    const summary = await readSummary(app)
    for (const [name, project] of Object.entries(before)) {
      const partial = Object.fromEntries(Object.entries(project).map(([field, value]) =>
        [field, fields.test(field) ? null : value]))
      t.strictSame(summary[name], { ...partial, unavailable: [upstream] }, name)
    }
    if (upstream === 'block-storage') {
      t.equal((await read(app, instances)).status, 200, 'instances need no volumes')
    }
    // Nova requests ports from Neutron, and returns 500 without it.
    if (upstream === 'network') await checkProblem(t, app, instances, 502, 'compute')
    if (upstream === 'compute') await checkProblem(t, app, instances, 503, upstream)

    await service('start', [daemon])
    t.strictSame(await readSummary(app), before, 'the summary is complete after the outage')
    t.equal((await read(app, instances)).status, 200)
  })
}

t.test('without Keystone every request fails until it is back', async (t) => {
  const newApp = await build(t)
  await stop(t, 'keystone')
  for (const from of [app, newApp]) {
    await checkProblem(t, from, summaryUrl, 503, 'identity')
    await checkProblem(t, from, instances, 503, 'identity')
  }
  await service('start', ['keystone'])
  for (const from of [app, newApp]) {
    t.strictSame(await readSummary(from), before)
    t.equal((await read(from, instances)).status, 200)
  }
})

t.test('a service that starts during an outage of every upstream works after it', async (t) => {
  const all = ['keystone', 'neutron-server', 'nova-api', 'cinder-api']
  await stop(t, ...all)
  const newApp = await build(t)
  await checkProblem(t, newApp, summaryUrl, 503, 'identity')
  await service('start', all)
  t.strictSame(await readSummary(newApp), before)
  t.equal((await read(newApp, instances)).status, 200)
})
