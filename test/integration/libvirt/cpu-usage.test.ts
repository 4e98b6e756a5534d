import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { startHypervisor } from '#test/support/libvirt/host.js'
import { startScraper } from '#test/support/prometheus/stores.js'
import { startService } from '#test/support/service.js'

const projects = '/v1/openstack/projects'
const step = 30
const vcpus = 2
/** Half of the time between two scrapes: a bucket's value covers that of its samples. */
const halfScrapeSeconds = 0.5

// The packages may have to be downloaded first.
t.test('an instance on a real hypervisor uses the CPU time that libvirt reports', async (t) => {
  const hypervisor = await startHypervisor(t, demoInstanceId)
  const url = hypervisor && await startScraper(t, hypervisor.target)
  if (url === undefined) return
  const { target, cpuSecondsAt } = hypervisor!
  t.match(await (await fetch(`http://${target}/metrics`)).text(), `uuid="${demoInstanceId}"`)

  const { app } = await startService(t, { env: { INFLUX_URL: '', PROMETHEUS_URL: url } })
  const get = async (path: string) => (await app.inject(`${projects}/${path}`)).json()
  const start = (Math.floor(Date.now() / 1000 / step) + 1) * step
  const range = `timeRangeFrom=${start}&timeRangeTo=${start + step}&groupBy=${step}s`
  const series = async (usage: string) => (await get(`${demoInstanceId}/${usage}?${range}`))[0].metric
  await sleep((start + step + 1) * 1000 - Date.now())
  // The first bucket is complete as soon as the second one has a sample.
  while ((await series('cpuUsage')).length < 2) await sleep(1_000)

  const [bucket] = await series('cpuUsage')
  const [from, to] = [start, start + step].map((time) => cpuSecondsAt(time - halfScrapeSeconds)!)
  const expected = 100 * (to! - from!) / step / vcpus
  t.equal(bucket.time, start)
  t.ok(expected > 1 && expected < 60, `one of two vCPUs is busy: ${expected} %`)
  t.ok(Math.abs(bucket.usage - expected) < 2, `${bucket.usage} % instead of ${expected} %`)
  t.same((await series('diskRead'))[0], { time: start, usage: 0 })
  t.same(await series('memUsage'), [], 'this exporter does not report the guest\'s memory')
  const { metric: [instance] } = await get(`${demoProjectId}/instances?limit=1`)
  t.match(instance, { instance_id: demoInstanceId, memoryUsage: null })
  t.ok(instance.cpuUsage > 0 && instance.cpuUsage <= 100)
})
