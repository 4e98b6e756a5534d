import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import type { Test } from 'tap'
import { metricsProfiles } from '#lib/config/settings.js'
import { profileNames } from '#lib/metrics/profile.js'
import { vector } from '#test/support/prometheus/fake.js'
import { startService } from '#test/support/service.js'

const instance = '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c'
const url = `/v1/openstack/projects/${instance}/cpuUsage?defaultTimeRange=10m&groupBy=1m`

/** Starts a store that has Ceilometer's metrics. @returns its URL and the requests that it receives */
async function startStore (t: Test) {
  const requests: Array<{ headers: Record<string, unknown>, form: URLSearchParams }> = []
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request))
    requests.push({ headers: request.headers, form })
    const detects = form.get('query')!.startsWith('count')
    response.end(JSON.stringify(detects
      ? vector({ __name__: 'ceilometer_cpu' }, { __name__: 'libvirtd_domain_vcpu_time' })
      : { status: 'success', data: { resultType: 'matrix', result: [] } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.close().closeAllConnections() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus`, requests }
}

/** Starts the service over such a store. */
async function start (t: Test, env: Record<string, string>) {
  const store = await startStore(t)
  const log: Array<{ level: number, msg: string, profile?: string, others?: string[] }> = []
  const { app } = await startService(t, {
    env: { INFLUX_URL: '', PROMETHEUS_URL: store.url, ...env },
    logger: { stream: { write: (line: string) => { log.push(JSON.parse(line)) } } }
  })
  return { app, requests: store.requests, log }
}

const isAboutAge = ({ msg }: { msg: string }) => msg.startsWith('METRICS_MAX_AGE is under twice')

t.test('every profile is a choice of METRICS_PROFILE', async (t) => {
  t.same(metricsProfiles.toSorted(), ['monasca', ...profileNames].toSorted())
})

t.test('the detected exporter is logged once, with the others that are there', async (t) => {
  const { app, log, requests } = await start(t, {})
  t.same(log.filter(({ profile }) => profile !== undefined), [], 'the service starts without a store')
  for (let i = 0; i < 2; i++) t.equal((await app.inject(url)).statusCode, 200)
  t.match(log.filter(({ profile }) => profile !== undefined), [
    { level: 30, msg: 'exporter of the metrics detected', profile: 'libvirtd', others: ['ceilometer'] }
  ])
  t.equal(requests.length, 3)
})

t.test('the credential and the tenant are sent, and the credential is not logged', async (t) => {
  const env = { PROMETHEUS_TENANT: 'tenant', METRICS_PROFILE: 'libvirtd', LOG_LEVEL: 'trace' }
  const password = { PROMETHEUS_USERNAME: 'ann', PROMETHEUS_PASSWORD: 's3cret' }
  const basic = Buffer.from('ann:s3cret').toString('base64')
  for (const [credential, authorization] of [
    [password, `Basic ${basic}`], [{ ...password, PROMETHEUS_TOKEN: 't0ken' }, 'Bearer t0ken']
  ] as const) {
    const { app, log, requests } = await start(t, { ...env, ...credential })
    t.equal((await app.inject(url)).statusCode, 200)
    t.equal((await app.inject(url.replace('1m', 'x'))).statusCode, 400)
    t.match(requests, [{ headers: { authorization, 'x-scope-orgid': 'tenant' } }])
    t.equal(requests.length, 1, 'nothing is detected')
    t.notMatch(JSON.stringify(log), new RegExp(`s3cret|t0ken|${basic}`))
  }
})

t.test('the deadline of a query is UPSTREAM_TIMEOUT', async (t) => {
  const { app, requests } = await start(t, { METRICS_PROFILE: 'libvirtd', UPSTREAM_TIMEOUT: '7s' })
  await app.inject(url)
  t.equal(requests[0]!.form.get('timeout'), '7s')
})

t.test('a poll interval that is too long for METRICS_MAX_AGE is a warning', async (t) => {
  const warnings: Array<[Record<string, string>, number]> = [
    [{ METRICS_PROFILE: 'ceilometer' }, 1],
    [{ METRICS_PROFILE: 'ceilometer', METRICS_MAX_AGE: '10m' }, 0],
    [{ METRICS_PROFILE: 'ceilometer', METRICS_INTERVAL: '1m' }, 0],
    [{ METRICS_PROFILE: 'inovex' }, 0]
  ]
  for (const [env, count] of warnings) {
    const { log } = await start(t, env)
    t.equal(log.filter(isAboutAge).length, count, JSON.stringify(env))
  }
})
