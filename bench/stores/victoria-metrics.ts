import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import type { Instance } from '#simulator/instances.js'
import { counters, gauges, host, info } from '#simulator/prometheus.js'
import { devicesOf, samplersOf, sampleSeconds } from '#simulator/series.js'
import { locateProgram } from '#test/support/prometheus/programs.js'
import { launch, write } from '#test/support/prometheus/victoria-metrics.js'
import type { ImportedSeries } from '#test/support/prometheus/victoria-metrics.js'
import { freePort } from '#test/support/redis/server.js'
import { stop } from '../process.js'
import type { Fill, StartStore } from './store.js'
import { victoriaMetricsQueries } from './victoria-metrics-queries.js'

/** Milliseconds past the start of a bucket at which a target is scraped. */
const phaseMs = 7_300
const instancesPerWrite = 50
const metricsMaxAgeMs = 1_100

/** Starts a VictoriaMetrics with samples of inovex's exporter. */
export const startVictoriaMetrics: StartStore = async (fillAll) => {
  const found = await locateProgram('victoria-metrics')
  if ('reason' in found) throw new Error(found.reason)
  const dir = await mkdtemp(join(tmpdir(), 'bench-victoria-metrics-'))
  const address = `127.0.0.1:${await freePort()}`
  const child = await launch(found.path, dir, address)
  const remove = () => rmSync(dir, { recursive: true, force: true })
  process.once('exit', () => {
    child.kill('SIGKILL')
    remove()
  })
  const origin = `http://${address}`
  await fillAll(async (instances, start, end, metrics) => {
    for (let i = 0; i < instances.length; i += instancesPerWrite) {
      const some = instances.slice(i, i + instancesPerWrite)
      await write(origin, some.flatMap((one) => seriesOf(one, start, end, metrics)))
    }
  })

  const metrics = async () => (await request(`${origin}/metrics`)).body.text()
  const sumOf = (text: string, name: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{path="/api/v1/(?:query|query_range|series)"\\} (\\S+)$`, 'gm'))]
      .reduce((sum, [, value]) => sum + Number(value), 0)
  return {
    ...victoriaMetricsQueries,
    name: 'VictoriaMetrics',
    origin,
    pid: child.pid!,
    version: /^vm_app_version\{[^}]*short_version="([^"]+)"/m.exec(await metrics())?.[1],
    // The samples end too long ago for the exporter to be found by them.
    env: { PROMETHEUS_URL: origin, METRICS_PROFILE: 'inovex' },
    async counters () {
      // It computes its own metrics once a second.
      await sleep(metricsMaxAgeMs)
      const text = await metrics()
      return {
        requests: sumOf(text, 'vm_http_requests_total'),
        ms: sumOf(text, 'vm_request_duration_seconds_sum') * 1000
      }
    },
    sample: /"values":\[\[\d/,
    notes: ['The direct queries are of `rate` and `avg_over_time`, whose values differ from those of the ' +
      'service at gaps and resets. They name the domain of the instance, which such a client must find ' +
      'first.'],
    async close () {
      await stop(child)
      remove()
    }
  }
}

/** The metrics from which the usage of CPUs is computed. */
const cpuMetrics = ['libvirt_domain_info_cpu_time_seconds_total', 'libvirt_domain_info_virtual_cpus']

/** The series of an instance, with a sample each 15 s. */
function seriesOf (
  instance: Instance, start: number, end: number, metrics: Parameters<Fill>[3]
): ImportedSeries[] {
  const isWritten = ([name]: [string, unknown]) => metrics === 'all' || cpuMetrics.includes(name)
  const numbers = Array.from({ length: (end - start) / sampleSeconds }, (_, n) => start / sampleSeconds + n)
  const timestamps = numbers.map((k) => k * sampleSeconds * 1000 + phaseMs)
  const named = (name: string, values: number[], device = ''): ImportedSeries => ({
    metric: { __name__: name, ...host(instance), ...(device !== '' && { target_device: device }) },
    values,
    timestamps
  })
  const ofGauges = Object.entries(gauges).filter(isWritten).flatMap(([name, samplersOf]) =>
    samplersOf(instance).map((sample) => named(name, numbers.map(sample))))
  const ofCounters = Object.entries(counters).filter(isWritten).flatMap(([name, { rate, factor }]) => {
    const devices = devicesOf(instance, rate)
    return samplersOf(instance, rate).map((sample, i) => {
      let count = 0
      const counts = numbers.map((k) => {
        count += sample(k) * sampleSeconds * factor(instance)
        return count
      })
      return named(name, counts, devices[i])
    })
  })
  return [{ metric: info(instance), values: numbers.map(() => 1), timestamps }, ...ofGauges, ...ofCounters]
}
