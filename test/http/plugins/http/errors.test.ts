import t from 'tap'
import { startService } from '#test/support/service.js'

const base = '/v1/openstack/projects'
const range = 'defaultTimeRange=10m&groupBy=1m'

/** Each bad request, its status, and the parameters that its answer must name. */
const refusals: Array<[string, number, string[]?]> = [
  [`${base}/summary?limt=5`, 400, ['limt']],
  [`${base}/summary?limit=0`, 400, ['limit']],
  [`${base}/summary?limit=1001`, 400, ['limit']],
  [`${base}/summary?limit=`, 400, ['limit']],
  [`${base}/summary?limit=1e2`, 400, ['limit']],
  [`${base}/summary?limit=0x10`, 400, ['limit']],
  [`${base}/summary?limit=%201`, 400, ['limit']],
  [`${base}/summary?limit=1.5`, 400, ['limit']],
  [`${base}/summary?limit=5&limit=6`, 400, ['limit']],
  [`${base}/summary?projectName=`, 400, ['projectName']],
  [`${base}/summary?projectName=a&projectName=b`, 400, ['projectName']],
  [`${base}/summary?projectName=${'x'.repeat(256)}`, 400, ['projectName']],
  [`${base}/summary?marker=a%2Fb&limit=-1`, 400, ['limit', 'marker']],
  [`${base}/summary?__proto__=1&constructor=2`, 400, ['__proto__', 'constructor']],
  [`${base}/x/instances`, 400, ['limit']],
  [`${base}/x/instances?limit=5&hostname=`, 400, ['hostname']],
  [`${base}/${'x'.repeat(65)}/instances?limit=5`, 400, ['projectId']],
  [`${base}/${'x'.repeat(5_000)}/instances?limit=5`, 400, ['projectId']],
  [`${base}/a%20b/cpuUsage?${range}`, 400, ['instanceId']],
  [`${base}/a%27b/cpuUsage?${range}`, 400, ['instanceId']],
  [`${base}/x/cpuUsage`, 400, ['groupBy']],
  [`${base}/x/cpuUsage?groupBy=1m`, 400, ['defaultTimeRange']],
  [`${base}/x/cpuUsage?groupBy=${'1'.repeat(65)}&defaultTimeRange=1h`, 400, ['groupBy']],
  ['/healthz?verbose=1', 400, ['verbose']],
  ['/%zz', 400],
  ['/nothing', 404],
  [`${base}/x`, 404],
  [`${base}/x/CpuUsage?${range}`, 404]
]

t.test('answers every bad request with a problem that names what is wrong', async (t) => {
  const { app, simulator } = await startService(t)
  for (const [url, status, parameters] of refusals) {
    const answer = await app.inject(url)
    t.equal(answer.statusCode, status, url.slice(0, 80))
    t.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
    const problem = answer.json()
    t.match(problem, { type: 'about:blank', title: String, status, detail: String, instance: url.split('?')[0] })
    t.same(problem.errors?.map(({ parameter }: { parameter: string }) => parameter).sort(), parameters)
  }
  t.equal(simulator.calls.length, 0, 'none of them reached an upstream')
})

t.test('says what was given and what is allowed', async (t) => {
  const { app } = await startService(t)
  const message = async (url: string) => (await app.inject(url)).json().detail
  t.equal(await message(`${base}/summary?limit=1001`), 'limit 1001 must be <= 1000.')
  t.equal(await message(`${base}/summary?limt=5`), 'limt is not a parameter here: projectName, limit, marker are.')
  t.equal(await message('/healthz?a=5'), 'a is not a parameter here: there are none.')
  t.equal(await message(`${base}/summary?limit=1&limit=2`), 'limit must be given once.')
  t.match(await message(`${base}/${'x'.repeat(200)}/cpuUsage?${range}`), /^instanceId "x{79}… must match pattern/)
  const { errors } = (await app.inject(`${base}/summary?${Array.from({ length: 50 }, (_, i) => `p${i}=1`).join('&')}`)).json()
  t.equal(errors.length, 20)
})

t.test('answers other methods and bodies with a problem', async (t) => {
  const { app } = await startService(t)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
    const answer = await app.inject({ method, url: `${base}/summary`, payload: '{', headers: { 'content-type': 'text/odd' } })
    t.ok(answer.statusCode >= 400 && answer.statusCode < 500, `${method}: ${answer.statusCode}`)
    t.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
  }
})

t.test('tells nothing of its own faults', async (t) => {
  const { app } = await startService(t)
  app.openstack.projects = async () => { throw new TypeError('a bug with a secret in it') }
  const answer = await app.inject(`${base}/summary`)
  t.same(answer.json(), { type: 'about:blank', title: 'Internal Server Error', status: 500, detail: 'Internal server error.', instance: `${base}/summary` })
})
