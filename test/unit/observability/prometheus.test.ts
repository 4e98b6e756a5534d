import t from 'tap'
import { UpstreamError } from '#lib/errors.js'
import { createTelemetry } from '#lib/observability/prometheus.js'

const linesOf = async (telemetry: ReturnType<typeof createTelemetry>, name: string) =>
  (await telemetry.read()).split('\n').filter((line) => line.startsWith(`openstack_monitoring_${name}`))

t.test('counts the requests in flight at each scrape, and none before the server listens', async (t) => {
  const telemetry = createTelemetry()
  t.same(await linesOf(telemetry, 'http_requests_active'), ['openstack_monitoring_http_requests_active 0'])
  let active = 2
  telemetry.setActiveRequests(() => active)
  t.same(await linesOf(telemetry, 'http_requests_active'), ['openstack_monitoring_http_requests_active 2'])
  active = 1
  t.same(await linesOf(telemetry, 'http_requests_active'), ['openstack_monitoring_http_requests_active 1'])
})

t.test('counts a failed read by upstream, reason and outcome; other errors do not count', async (t) => {
  const telemetry = createTelemetry()
  telemetry.readFailed(new UpstreamError('compute', 'timeout', 'compute did not respond'), 'partial')
  telemetry.readFailed(new Error('not from an upstream'), 'error')
  t.same(await linesOf(telemetry, 'upstream_failures_total'), [
    'openstack_monitoring_upstream_failures_total{upstream="compute",reason="timeout",outcome="partial"} 1'
  ])
})

t.test('a worker reports the sum over all workers, and its own metrics for that sum', async (t) => {
  const telemetry = createTelemetry()
  telemetry.upstreamChecked('compute', true, 5)
  telemetry.setSum(async () => 'the sum')
  t.equal(await telemetry.read(), 'the sum')
  const { checkedAt, metrics } = await telemetry.snapshot()
  t.equal(checkedAt, 5)
  const { values } = metrics.find(({ name }) => name === 'openstack_monitoring_upstream_up')!
  t.match(values, [{ labels: { upstream: 'compute' }, value: 1 }])
})
