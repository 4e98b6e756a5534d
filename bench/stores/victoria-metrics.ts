import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import type { Window } from '#lib/time-range.js'
import type { Instance } from '#simulator/instances.js'
import { counters, gauges, host, info } from '#simulator/prometheus.js'
import { devicesOf, samplersOf, sampleSeconds } from '#simulator/series.js'
import { locateProgram } from '#test/support/prometheus/programs.js'
import { launch, write } from '#test/support/prometheus/victoria-metrics.js'
import type { ImportedSeries } from '#test/support/prometheus/victoria-metrics.js'
import { freePort } from '#test/support/redis/server.js'
import type { Route } from '../service-path.js'
import { fillSamples } from './store.js'
import type { FilledStore, Samples } from './store.js'

/** Milliseconds past the start of a bucket at which a target is scraped. */
const phaseMs = 7_300
const instancesPerWrite = 50
const metricsMaxAgeMs = 1_100

/** Starts a VictoriaMetrics with samples of instances that run: the series of inovex's exporter. */
export async function startVictoriaMetrics (samples: Samples): Promise<FilledStore> {
  const found = await locateProgram('victoria-metrics')
  if ('reason' in found) throw new Error(found.reason)
  const dir = await mkdtemp(join(tmpdir(), 'bench-victoria-metrics-'))
  const address = `127.0.0.1:${await freePort()}`
  const child = await launch(found.path, dir, address)
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })
  const origin = `http://${address}`
  await fillSamples(samples, async (instances, start, end) => {
    for (let i = 0; i < instances.length; i += instancesPerWrite) {
      const some = instances.slice(i, i + instancesPerWrite)
      await write(origin, some.flatMap((one) => seriesOf(one, start, end)))
    }
  })

  const metrics = async () => (await request(`${origin}/metrics`)).body.text()
  const sumOf = (text: string, name: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{path="/api/v1/(?:query|query_range|series)"\\} (\\S+)$`, 'gm'))]
      .reduce((sum, [, value]) => sum + Number(value), 0)
  return {
    ...samples,
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
    directPath,
    sample: /"values":\[\[\d/,
    notes: ['The direct queries are of `rate` and `avg_over_time`, whose values differ from those of the ' +
      'service at gaps and resets. They name the domain of the instance, which such a client must find ' +
      'first.']
  }
}

/** The series of an instance, with a sample each 15 s. */
function seriesOf (instance: Instance, start: number, end: number): ImportedSeries[] {
  const numbers = Array.from({ length: (end - start) / sampleSeconds }, (_, n) => start / sampleSeconds + n)
  const timestamps = numbers.map((k) => k * sampleSeconds * 1000 + phaseMs)
  const named = (name: string, values: number[], device = ''): ImportedSeries => ({
    metric: { __name__: name, ...host(instance), ...(device !== '' && { target_device: device }) },
    values,
    timestamps
  })
  const ofGauges = Object.entries(gauges).flatMap(([name, samplersOf]) =>
    samplersOf(instance).map((sample) => named(name, numbers.map(sample))))
  const ofCounters = Object.entries(counters).flatMap(([name, { rate, factor }]) => {
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

/** The expression of each route, of a metric's name to its selector, and of a range. */
const expressions: Record<Route, (of: (name: string) => string, range: string) => string> = {
  cpuUsage: (of, range) =>
    `100 * rate(${of('info_cpu_time_seconds_total')}${range}) / ${of('info_virtual_cpus')}`,
  memUsage: (of, range) => `100 - 100 * avg_over_time(${of('memory_stats_usable_bytes')}${range}) / ` +
    `avg_over_time(${of('memory_stats_available_bytes')}${range})`,
  diskRead: (of, range) => `sum(rate(${of('block_stats_read_bytes_total')}${range}))`,
  diskWrite: (of, range) => `sum(rate(${of('block_stats_write_bytes_total')}${range}))`,
  networkIo: bothDirections('bytes'),
  networkPackets: bothDirections('packets')
}

function bothDirections (unit: string): typeof expressions[Route] {
  return (of, range) => ['receive', 'transmit'].map((direction) =>
    `label_replace(sum(rate(${of(`interface_stats_${direction}_${unit}_total`)}${range})), ` +
    `"direction", "${direction}", "", "")`).join(' or ')
}

function directPath (route: Route, instance: Instance, { start, end, step }: Window) {
  const { domain } = host(instance)
  const query = expressions[route]((name) => `libvirt_domain_${name}{domain="${domain}"}`, `[${step}s]`)
  const times = { start: String(start + step), end: String(end), step: String(step) }
  // The service's reads are not cached either.
  return `/api/v1/query_range?${new URLSearchParams({ query, ...times, nocache: '1' })}`
}
