import type { Instance } from '#simulator/instances.js'
import { measurements, samplersOf, sampleSeconds } from '#simulator/series.js'
import type { Client } from '#test/support/influxdb/client.js'

/** The series that Monasca's agent has of an instance: all that the simulated cloud shows but the share of free memory. */
const names = Object.keys(measurements).filter((name) => name !== 'mem.free_perc')

/** Lines in a write: InfluxDB's own advice is 5,000 to 10,000. */
const linesPerWrite = 10_000

/** Writes what the simulated cloud shows of instances in [start, end) (unix seconds) to a real InfluxDB. */
export async function fill (client: Client, instances: Instance[], start: number, end: number) {
  let lines: string[] = []
  let written = Promise.resolve()
  for (const instance of instances) {
    for (const { key, sample } of names.flatMap((name) => seriesOf(instance, name))) {
      for (let time = start; time < end; time += sampleSeconds) {
        lines.push(`${key} value=${sample(time / sampleSeconds)},value_meta="{}" ${time * 1000}`)
        if (lines.length < linesPerWrite) continue
        // One batch is written while the next one is made.
        await written
        written = client.write(lines)
        lines = []
      }
    }
  }
  await written
  if (lines.length > 0) await client.write(lines)
}

function seriesOf (instance: Instance, name: string) {
  const devices = measurements[name]!.devices(instance)
  return samplersOf(instance, name).map((sample, n) => ({ key: keyOf(instance, name, devices[n]!), sample }))
}

function keyOf ({ id, projectId, name }: Instance, measurement: string, device: string) {
  const tags = {
    _region: 'RegionOne', _tenant_id: projectId, component: 'vm', device, hostname: name, resource_id: id, service: 'compute', zone: 'nova'
  }
  return [measurement, ...Object.entries(tags).filter(([, value]) => value !== '').map(([tag, value]) => `${tag}=${value}`)].join(',')
}
