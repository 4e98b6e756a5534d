import t from 'tap'
import type { Test } from 'tap'
import { adminInstanceId, adminProjectId, demoInstanceId } from '#simulator/seed.js'
import { startService } from '#test/support/service.js'
import { createCheck, operationsOf } from '#test/support/openapi-contract.js'
import type { Document } from '#test/support/openapi-contract.js'
import { startBroken, startLimited } from './faults.js'

const { app, simulator } = await startService(t, { projects: 30, instances: 100 })
const document: Document = (await app.inject('/openapi.json')).json()
const check = createCheck(document)
const seen = new Set<string>()

/** Requests a URL and checks that the document describes the response. */
async function get (t: Test, url: string, service = app, headers = {}) {
  const response = await service.inject({ url, headers })
  t.equal(check(url, response), undefined, `${url} ${response.body.slice(0, 200)}`)
  seen.add(`${url.split('?', 1)[0]!.replace(/[0-9a-f-]{32,36}/, '*')} ${response.statusCode}`)
  return response
}

const projects = '/v1/openstack/projects'
const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const ranges = [
  'defaultTimeRange=10m',
  'defaultTimeRange=1d',
  'timeRangeFrom=10m&timeRangeTo=30m',
  'timeRangeFrom=2026-01-01T00:00:00Z&timeRangeTo=1767229200'
]
const lists = [
  `${projects}/summary`,
  `${projects}/summaries`,
  `${projects}/totals`,
  `${projects}/${adminProjectId}/instances?limit=10`
]
const range = 'defaultTimeRange=10m&groupBy=1m'
const top = '/v1/openstack/instances/top?by=cpuUsage'
const search = '/v1/openstack/instances?limit=10&hostname=de'
const single = [`/v1/openstack/instances/${adminInstanceId}`, `${projects}/${adminProjectId}/summary`]
const ofMany = (project: string, instances = adminInstanceId) =>
  `${projects}/${project}/instances/usages?instances=${instances}&usage=cpuUsage,networkIo&${range}`
const series = [
  ...[...usages, 'usages'].map((usage) => `${projects}/${adminInstanceId}/${usage}?${range}`),
  ofMany(adminProjectId)
]
const urls = [...lists, ...single, ...series, top, search]

t.test('the document describes complete responses', async (t) => {
  for (const url of ['/healthz', '/readyz', '/metrics', ...urls]) t.equal((await get(t, url)).statusCode, 200)
  for (const query of ['projectName=a', 'limit=2', `marker=${adminProjectId}`]) {
    await get(t, `${projects}/summary?${query}`)
  }
  for (const { id } of (await get(t, `${projects}/summary`)).json()) {
    await get(t, `${projects}/${id}/instances?limit=7&hostname=e`)
    const { metric } = (await get(t, `${projects}/${id}/instances?limit=1000`)).json()
    const ids = metric.map(({ instance_id: id }: { instance_id: string }) => id).slice(0, 3)
    await get(t, `${projects}/${id}/summary`)
    await get(t, ofMany(id, ['of-no-instance', ...ids].join()))
    for (const id of ids) await get(t, `/v1/openstack/instances/${id}`)
  }
  for (const usage of [...usages, 'usages']) {
    for (const range of ranges) {
      for (const instance of [adminInstanceId, demoInstanceId, 'of-no-instance']) {
        await get(t, `${projects}/${instance}/${usage}?${range}&groupBy=1h`)
      }
    }
  }
})

t.test('the document describes 304 responses', async (t) => {
  for (const url of urls) t.equal((await get(t, url, app, { 'if-none-match': '*' })).statusCode, 304)
})

t.test('the document describes partial responses', async (t) => {
  t.teardown(() => { simulator.intercept = undefined })
  for (const upstream of ['network', 'block-storage', 'metrics', 'compute']) {
    simulator.intercept = (call) => call.upstream === upstream ? { status: 503 } : undefined
    for (const url of [...lists, ...single, top]) await get(t, url)
  }
})

t.test('the document describes the rejection of invalid requests', async (t) => {
  for (const url of ['/healthz', '/readyz', '/metrics', ...urls]) {
    t.equal((await get(t, `${url}${url.includes('?') ? '&' : '?'}no=1`)).statusCode, 400)
  }
  const unknown = '0'.repeat(32)
  for (const url of [
    `${projects}/${unknown}/instances?limit=1`, `${projects}/${unknown}/summary`, ofMany(unknown),
    `/v1/openstack/instances/${unknown}`, `${top}&projectId=${unknown}`
  ]) t.equal((await get(t, url)).statusCode, 404)
  t.equal((await get(t, `${projects}/${adminProjectId}/instances?limit=1&marker=${unknown}`)).statusCode, 400)
})

t.test('the document describes the rate limit', async (t) => {
  const limited = await startLimited(t)
  for (const url of urls) t.equal((await get(t, url, limited)).statusCode, 429)
})

t.test('the document describes failures', async (t) => {
  const failing: Array<[status: number, upstream: string, urls: string[]]> = [
    [500, 'none', urls],
    ...[502, 503, 504].flatMap((status): typeof failing =>
      [
        [status, 'identity', [...lists, ...single]],
        [status, 'metrics', [...series, top]],
        [status, 'compute', [search]]
      ])
  ]
  for (const [status, upstream, urls] of failing) {
    const broken = await startBroken(t, status, upstream)
    await Promise.all(['/readyz', ...urls].map((url) => get(t, url, broken)))
  }
})

t.test('every response in the document was seen', async (t) => {
  const described = operationsOf(document).flatMap(([path, { responses }]) =>
    Object.keys(responses).map((status) => `${path.replace(/\{\w+\}/, '*')} ${status}`))
  t.same(described.filter((response) => !seen.has(response)), [])
})
