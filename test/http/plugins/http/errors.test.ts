import t from 'tap'
import { startService } from '#test/support/service.js'

const base = '/v1/openstack/projects'
const range = 'defaultTimeRange=10m&groupBy=1m'

/** Each invalid request, its status, and the parameters that the problem names. */
const invalidRequests: Array<[url: string, status: number, parameters?: string[]]> = [
  [`${base}/summary?limt=5`, 400, ['limt']],
  [`${base}/summary?limit=0`, 400, ['limit']],
  [`${base}/summary?limit=1001`, 400, ['limit']],
  [`${base}/summary?limit=1e2`, 400, ['limit']],
  [`${base}/summary?limit=0x10`, 400, ['limit']],
  [`${base}/summary?limit=%201`, 400, ['limit']],
  [`${base}/summary?limit=1.5`, 400, ['limit']],
  [`${base}/summary?limit=5&limit=6`, 400, ['limit']],
  [`${base}/summary?projectName=a&projectName=b`, 400, ['projectName']],
  [`${base}/summary?projectName=${'x'.repeat(256)}`, 400, ['projectName']],
  [`${base}/summary?marker=a%2Fb&limit=-1`, 400, ['limit', 'marker']],
  [`${base}/summary?__proto__=1&constructor=2`, 400, ['__proto__', 'constructor']],
  [`${base}/x/instances`, 400, ['limit']],
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

t.test('responds to every invalid request with a problem that names the parameters', async (t) => {
  const { app, simulator } = await startService(t)
  for (const [url, status, parameters] of invalidRequests) {
    const response = await app.inject(url)
    t.equal(response.statusCode, status, url.slice(0, 80))
    t.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8')
    const problem = response.json()
    t.match(problem, {
      type: 'about:blank', title: String, status, detail: String, instance: url.split('?')[0]
    })
    t.same(problem.errors?.map(({ parameter }: { parameter: string }) => parameter).sort(), parameters)
  }
  t.equal(simulator.calls.length, 0, 'none of them reached an upstream')
})

t.test('describes the given and the allowed value', async (t) => {
  const { app } = await startService(t)
  const detail = async (url: string) => (await app.inject(url)).json().detail
  t.equal(await detail(`${base}/summary?limit=1001`), 'limit 1001 must be <= 1000.')
  t.equal(
    await detail(`${base}/summary?limt=5`),
    'limt is not a parameter here: projectName, limit, marker, sort, nearLimit are.'
  )
  t.equal(await detail(`/%?${'a'.repeat(6_000)}`), 'The path has an invalid percent-encoding.')
  t.equal(await detail('/healthz?a=5'), 'a is not a parameter here: there are none.')
  t.equal(await detail(`${base}/summary?limit=1&limit=2`), 'limit must be given once.')
  const longId = await detail(`${base}/${'x'.repeat(200)}/cpuUsage?${range}`)
  t.match(longId, /^instanceId "x{79}… must match pattern/)
  const query = Array.from({ length: 50 }, (_, i) => `p${i}=1`).join('&')
  t.equal((await app.inject(`${base}/summary?${query}`)).json().errors.length, 20)
})

t.test('describes no error of its own', async (t) => {
  const { app } = await startService(t)
  app.openstack.projects = async () => { throw new TypeError('a bug with a secret in it') }
  t.same((await app.inject(`${base}/summary`)).json(), {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'Internal server error.',
    instance: `${base}/summary`
  })
})
