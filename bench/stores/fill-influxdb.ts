import type { Instance } from '#simulator/instances.js'
import { measurements as all, samplersOf, sampleSeconds } from '#simulator/series.js'
import type { Client } from '#test/support/influxdb/client.js'

/** The series of an instance: all of the simulated cloud except the share of free memory. */
const names = Object.keys(all).filter((name) => name !== 'mem.free_perc')

/** InfluxDB's documentation recommends 5,000 to 10,000. */
const linesPerWrite = 10_000

/**
 * Writes the simulated samples of instances to a real InfluxDB.
 * @param start unix seconds, inclusive
 * @param end unix seconds, exclusive
 * @param measurements all of them unless given
 */
export async function fill (
  client: Client, instances: Instance[], start: number, end: number, measurements = names
) {
  let lines: string[] = []
  let written = Promise.resolve()
  for (const instance of instances) {
    for (const { key, sample } of measurements.flatMap((name) => seriesOf(instance, name))) {
      for (let time = start; time < end; time += sampleSeconds) {
        lines.push(`${key} value=${sample(time / sampleSeconds)},value_meta="{}" ${time * 1000}`)
        if (lines.length < linesPerWrite) continue
        // InfluxDB stores one batch while the next one is made.
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
  const devices = all[name]!.devices(instance)
  return samplersOf(instance, name).map((sample, n) => ({ key: keyOf(instance, name, devices[n]!), sample }))
}

function keyOf ({ id, projectId, name }: Instance, measurement: string, device: string) {
  const tags = Object.entries({
    _region: 'RegionOne',
    _tenant_id: projectId,
    component: 'vm',
    device,
    hostname: name,
    resource_id: id,
    service: 'compute',
    zone: 'nova'
  }).filter(([, value]) => value !== '')
  return [measurement, ...tags.map(([tag, value]) => `${tag}=${value}`)].join(',')
}
