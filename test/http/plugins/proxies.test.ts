import t from 'tap'
import { buildApp } from '#app.js'
import { logger } from '#lib/observability/logger.js'
import { demoInstanceId } from '#simulator/seed.js'
import { startSimulator } from '#simulator/simulator.js'
import { startProxy } from '#test/support/forward-proxy.js'

const projects = '/v1/openstack/projects'
const series = `${projects}/${demoInstanceId}/cpuUsage?defaultTimeRange=10m&groupBy=1m`

for (const [spelling, spell] of Object.entries({
  'upper case': (name: string) => name, 'lower case': (name: string) => name.toLowerCase()
})) {
  t.test(`upstreams are called through the proxies of the environment, in ${spelling}`, async (t) => {
    const proxy = await startProxy(t)
    const simulator = await startSimulator({ projects: 0, instances: 0 })
    const named = (url: string) => url.replace('127.0.0.1', 'upstream.invalid')
    const lines: string[] = []
    const app = await buildApp({
      logger: { ...logger, stream: { write: (line: string) => { lines.push(line) } } },
      env: {
        ...simulator.env,
        CACHE: 'off',
        OVERLOAD_DELAY: '0',
        OS_AUTH_URL: named(simulator.env.OS_AUTH_URL!),
        INFLUX_URL: named(simulator.env.INFLUX_URL!),
        // The lower case comes first.
        HTTP_PROXY: 'http://127.0.0.1:1',
        [spell('HTTP_PROXY')]: `http://me:hidden@${proxy.host}`
      }
    })
    t.teardown(async () => {
      await app.close()
      await simulator.close()
    })
    for (const url of [`${projects}/summary`, series]) t.equal((await app.inject(url)).statusCode, 200)
    const urls = proxy.requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`)
    const expected = ['POST /query', 'POST /v3/auth/tokens']
    t.same([...new Set(urls)].sort(), expected, 'the catalog has loopback URLs')

    proxy.state.mode = 407
    t.equal((await app.inject(series)).statusCode, 503)
    t.match(lines.join(''), /metrics: cannot be reached \(the proxy rejects its login\)/)
    t.notMatch(lines.join(''), /hidden|upstream\.invalid/)
  })
}
