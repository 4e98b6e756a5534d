import type { Test } from 'tap'
import { startVictoriaMetrics as start } from '#test/support/prometheus/victoria-metrics.js'
import type { ImportedSeries } from '#test/support/prometheus/victoria-metrics.js'
import { onTwo, usagesOf } from '../points.js'
import type { MeasuredInstance, Points } from '../points.js'
import type { MetricsStore } from './store.js'

const vcpus = 4
const bytes = 2e9

/** A metric of inovex's exporter, without its prefix, and the value of each of its samples. */
interface Metric {
  name: string
  device?: string
  values: (usages: number[]) => number[]
}

const gauge = (name: string, value: (usage: number) => number): Metric =>
  ({ name, values: (usages) => usages.map(value) })

/** The samples of a counter are a minute apart. */
const counter = (name: string, perSecond: (usage: number) => number, device?: string): Metric => ({
  name,
  device,
  values (usages) {
    let count = 0
    return usages.map((usage) => {
      count += 60 * perSecond(usage)
      return count
    })
  }
})

const ofDevices = (name: string, devices: string[], unit: number) =>
  devices.map((device, i) => counter(`${name}_total`, (usage) => onTwo(usage)[i]! * unit, device))

const metrics: Record<string, Metric[]> = {
  'cpuUsage cpu': [
    gauge('openstack_info', () => 1),
    gauge('info_virtual_cpus', () => vcpus),
    counter('info_cpu_time_seconds_total', (usage) => vcpus * usage / 100)
  ],
  'memUsage memory': [
    gauge('memory_stats_available_bytes', () => bytes),
    gauge('memory_stats_usable_bytes', (usage) => bytes - bytes / 100 * usage)
  ],
  'diskRead read': ofDevices('block_stats_read_bytes', ['vda', 'vdb'], 1024),
  'diskWrite write': ofDevices('block_stats_write_bytes', ['vda', 'vdb'], 1024),
  'networkIo in': ofDevices('interface_stats_receive_bytes', ['tap0', 'tap1'], 1024),
  'networkIo out': ofDevices('interface_stats_transmit_bytes', ['tap0', 'tap1'], 1024),
  'networkPackets in': ofDevices('interface_stats_receive_packets', ['tap0', 'tap1'], 1),
  'networkPackets out': ofDevices('interface_stats_transmit_packets', ['tap0', 'tap1'], 1)
}

const labelsOf = ({ instance, project }: MeasuredInstance, { name, device }: Metric) => ({
  __name__: `libvirt_domain_${name}`,
  job: 'libvirt',
  instance: 'compute01',
  domain: `instance-${instance.slice(0, 8)}`,
  ...(name === 'openstack_info' && { instance_id: instance, project_id: project }),
  ...(device !== undefined && { target_device: device })
})

/**
 * VictoriaMetrics with the series of inovex's exporter. No sample of the Prometheus API replaces another one.
 * Of those in a minute, VictoriaMetrics returns the newest where its deduplication is set to a minute: the
 * samples of a version are a millisecond after those of the one before. The service reads a series of one
 * version alone, because VictoriaMetrics shows the samples of a write to a series at once.
 */
export async function startVictoriaMetrics (t: Test): Promise<MetricsStore | undefined> {
  const store = await start(t, ['-dedup.minScrapeInterval=1m'])
  return store && {
    ...store,
    simulated: 'prometheus',
    settingsFor: (url) => ({ PROMETHEUS_URL: url }),
    maxAheadSeconds: 0,
    write: async (points) => await store.write(seriesOf(points))
  }
}

function seriesOf (points: Points): ImportedSeries[] {
  // A sample at the end of a minute would belong to the minute before.
  const timestamps = points.minutes.map((minute) => minute * 1000 + 1 + points.version)
  return usagesOf(points).flatMap(({ name, usages, ...one }) => metrics[name]!.map((metric) =>
    ({ metric: labelsOf(one, metric), values: metric.values(usages), timestamps })))
}
