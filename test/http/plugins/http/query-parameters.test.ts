import t from 'tap'
import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startService } from '#test/support/service.js'

const base = '/v1/openstack/projects'
const summary = `${base}/summary`
const instances = `${base}/${demoProjectId}/instances`
const cpuUsage = `${base}/${demoInstanceId}/cpuUsage`

/** Each request with empty parameters, and the same request without them. */
const equivalents: Array<[url: string, plain: string]> = [
  [`${instances}?hostname=&limit=10&marker=`, `${instances}?limit=10`],
  [`${instances}?hostname&limit=10&marker`, `${instances}?limit=10`],
  [`${instances}?limit=10&host%6eame=`, `${instances}?limit=10`],
  [`${instances}?&limit=10&&`, `${instances}?limit=10`],
  [`${summary}?`, summary],
  [`${summary}?projectName=&limit=&marker=`, summary],
  [`${base}/summaries?projectName=&limit=1&marker=`, `${base}/summaries?limit=1`],
  ...['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets'].flatMap(
    (usage): typeof equivalents => {
      const url = `${base}/${demoInstanceId}/${usage}`
      return [
        [
          `${url}?defaultTimeRange=10m&groupBy=1m&timeRangeFrom=&timeRangeTo=`,
          `${url}?defaultTimeRange=10m&groupBy=1m`
        ],
        [
          `${url}?defaultTimeRange=&timeRangeFrom=2h&timeRangeTo=1h&groupBy=5m`,
          `${url}?timeRangeFrom=2h&timeRangeTo=1h&groupBy=5m`
        ]
      ]
    }
  )
]

t.test('an empty optional parameter counts as not given, and shares the cached response', async (t) => {
  const now = Date.parse('2026-11-23T12:00:00.500Z')
  const { app, simulator } = await startService(t, { env: { CACHE: 'on' }, projects: 3, now: () => now })
  for (const [url, plain] of equivalents) {
    const response = await app.inject(url)
    t.equal(response.statusCode, 200, url)
    simulator.calls.length = 0
    const { body, headers: { etag, link } } = await app.inject(plain)
    t.equal(response.body, body)
    t.match(response.headers, { etag, link })
    t.equal(simulator.calls.length, 0, 'the second request is a cache hit')
  }
})

t.test('the Link of a page has no empty parameter', async (t) => {
  const { app } = await startService(t, { projects: 3 })
  const { headers } = await app.inject(`${summary}?projectName=&limit=1&marker=`)
  t.match(headers.link, /^<\/v1\/openstack\/projects\/summary\?limit=1&marker=[^&]+>; rel="next"$/)
})

t.test('an empty required parameter is missing', async (t) => {
  const { app } = await startService(t)
  const missing: Array<[url: string, parameters: string[]]> = [
    [`${instances}?limit=&marker=`, ['limit']],
    [`${instances}?limit`, ['limit']],
    [`${cpuUsage}?groupBy=&defaultTimeRange=10m`, ['groupBy']],
    [`${cpuUsage}?groupBy=1m&defaultTimeRange=`, ['defaultTimeRange']],
    [`${cpuUsage}?groupBy=1m&timeRangeFrom=&timeRangeTo=`, ['defaultTimeRange']],
    [`${cpuUsage}?groupBy=1m&timeRangeFrom=2h&timeRangeTo=`, ['timeRangeTo']]
  ]
  for (const [url, parameters] of missing) {
    const { errors, status } = (await app.inject(url)).json()
    t.equal(status, 400, url)
    t.match(errors, parameters.map((parameter) => ({ parameter, message: /^is missing/ })))
  }
})

t.test('a repeated, an unknown and a blank parameter are no empty ones', async (t) => {
  const { app } = await startService(t, { env: { CACHE: 'on' } })
  for (const url of [`${instances}?limit=10`, '/healthz']) t.equal((await app.inject(url)).statusCode, 200)
  const invalid: Array<[url: string, detail: RegExp]> = [
    [`${instances}?limit=10&hostname=&hostname=`, /^hostname must be given once/],
    [`${instances}?limit=10&hostname=&hostname=web`, /^hostname must be given once/],
    [`${instances}?limit=10&limit=`, /^limit must be given once/],
    [`${instances}?limit=10&host=`, /^host is not a parameter here/],
    [`${instances}?limit=10&=`, / is not a parameter here/],
    ['/healthz?verbose', /^verbose is not a parameter here/],
    [`${summary}?limit=+`, /^limit " " must be integer/],
    [`${summary}?limit=%20`, /^limit " " must be integer/],
    [`${summary}?marker=+`, /^marker " " must match pattern/],
    [`${cpuUsage}?groupBy=%20&defaultTimeRange=10m`, /^groupBy " " is not a duration/],
    [`${cpuUsage}?groupBy=1m&defaultTimeRange=10m&timeRangeTo=%20`, /^timeRangeTo must not be given/]
  ]
  for (const [url, detail] of invalid) {
    t.match((await app.inject(url)).json(), { status: 400, detail }, url)
  }
  // A space is a part of a name like any other.
  for (const blank of ['+', '%20']) t.same((await app.inject(`${summary}?projectName=${blank}`)).json(), [])
})
