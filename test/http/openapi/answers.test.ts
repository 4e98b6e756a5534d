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

/** Asks for a URL: the answer must be one that the document tells of. */
async function ask (t: Test, url: string, service = app, headers = {}) {
  const answer = await service.inject({ url, headers })
  t.equal(check(url, answer), undefined, `${url} ${answer.body.slice(0, 200)}`)
  seen.add(`${url.split('?', 1)[0]!.replace(/[0-9a-f-]{32,36}/, '*')} ${answer.statusCode}`)
  return answer
}

const projects = '/v1/openstack/projects'
const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const ranges = [
  'defaultTimeRange=10m',
  'defaultTimeRange=1d',
  'timeRangeFrom=10m&timeRangeTo=30m',
  'timeRangeFrom=2026-01-01T00:00:00Z&timeRangeTo=1767229200'
]
const urls = [
  `${projects}/summary`,
  `${projects}/summaries`,
  `${projects}/${adminProjectId}/instances?limit=10`,
  ...usages.map((usage) => `${projects}/${adminInstanceId}/${usage}?defaultTimeRange=10m&groupBy=1m`)
]

t.test('answers as the document tells', async (t) => {
  for (const url of ['/healthz', '/readyz', '/metrics', ...urls]) t.equal((await ask(t, url)).statusCode, 200)
  for (const query of ['projectName=a', 'limit=2', `marker=${adminProjectId}`]) {
    await ask(t, `${projects}/summary?${query}`)
  }
  for (const { id } of (await ask(t, `${projects}/summary`)).json()) {
    await ask(t, `${projects}/${id}/instances?limit=7&hostname=e`)
    await ask(t, `${projects}/${id}/instances?limit=1000`)
  }
  for (const usage of usages) {
    for (const range of ranges) {
      for (const instance of [adminInstanceId, demoInstanceId, 'of-no-instance']) {
        await ask(t, `${projects}/${instance}/${usage}?${range}&groupBy=1h`)
      }
    }
  }
})

t.test('answers who has it already as the document tells', async (t) => {
  for (const url of urls) t.equal((await ask(t, url, app, { 'if-none-match': '*' })).statusCode, 304)
})

t.test('answers in part as the document tells', async (t) => {
  t.teardown(() => { simulator.intercept = undefined })
  for (const role of ['network', 'block-storage', 'metrics', 'compute']) {
    simulator.intercept = (call) => call.upstream === role ? { status: 503 } : undefined
    for (const url of urls.slice(0, 3)) await ask(t, url)
  }
})

t.test('refuses as the document tells', async (t) => {
  for (const url of ['/healthz', '/readyz', '/metrics', ...urls]) {
    t.equal((await ask(t, `${url}${url.includes('?') ? '&' : '?'}no=1`)).statusCode, 400)
  }
  t.equal((await ask(t, `${projects}/${'0'.repeat(32)}/instances?limit=1`)).statusCode, 404)
  t.equal(
    (await ask(t, `${projects}/${adminProjectId}/instances?limit=1&marker=${'0'.repeat(32)}`)).statusCode, 400
  )
})

t.test('refuses who asks too often as the document tells', async (t) => {
  const limited = await startLimited(t)
  for (const url of urls) t.equal((await ask(t, url, limited)).statusCode, 429)
})

t.test('fails as the document tells', async (t) => {
  for (const status of [500, 502, 503, 504]) {
    for (const role of status === 500 ? ['none'] : ['identity', 'metrics']) {
      const broken = await startBroken(t, status, role)
      const failing = urls.filter((url) => url.includes('Time') !== (role === 'identity') || role === 'none')
      await Promise.all(['/readyz', ...failing].map((url) => ask(t, url, broken)))
    }
  }
})

t.test('has been seen to give every answer that the document tells of', async (t) => {
  const told = operationsOf(document).flatMap(([path, { responses }]) =>
    Object.keys(responses).map((status) => `${path.replace(/\{\w+\}/, '*')} ${status}`))
  t.same(told.filter((answer) => !seen.has(answer)), [])
})
