import type { SimulatedCall, SimulatedResponse } from './calls.js'
import type { Cloud } from './cloud.js'
import type { Instance } from './instances.js'
import { aggregatesOf } from './prometheus-aggregates.js'
import {
  devicesOf, isSent, lastSent, samplersOf, sampleSeconds, storedSampleRange, type Sampler
} from './series.js'
import { dispatch, type Handler, type World } from './world.js'

type Labels = Record<string, string>

const infoName = 'libvirt_domain_openstack_info'
const samplesADay = 86_400 / sampleSeconds
const mebibyte = 2 ** 20

/** Each counter of inovex's exporter: Monasca's measurement of its rate, and counts per unit of that. */
export const counters: Record<string, { rate: string, factor: (instance: Instance) => number }> = {
  libvirt_domain_info_cpu_time_seconds_total: {
    rate: 'cpu.utilization_norm_perc', factor: ({ flavor }) => flavor.vcpus / 100
  },
  libvirt_domain_block_stats_read_bytes_total: { rate: 'io.read_bytes_sec', factor: () => 1 },
  libvirt_domain_block_stats_write_bytes_total: { rate: 'io.write_bytes_sec', factor: () => 1 },
  libvirt_domain_interface_stats_receive_bytes_total: { rate: 'net.in_bytes_sec', factor: () => 1 },
  libvirt_domain_interface_stats_transmit_bytes_total: { rate: 'net.out_bytes_sec', factor: () => 1 },
  libvirt_domain_interface_stats_receive_packets_total: { rate: 'net.in_packets_sec', factor: () => 1 },
  libvirt_domain_interface_stats_transmit_packets_total: { rate: 'net.out_packets_sec', factor: () => 1 }
}

/** Each gauge, and its value in an instance; none where its agent does not report it. */
export const gauges: Record<string, (instance: Instance) => Sampler[]> = {
  libvirt_domain_info_virtual_cpus: ({ flavor }) => [() => flavor.vcpus],
  libvirt_domain_memory_stats_usable_bytes: (instance) =>
    samplersOf(instance, 'mem.free_mb').map((sample) => (k) => sample(k) * mebibyte),
  libvirt_domain_memory_stats_available_bytes: (instance) =>
    samplersOf(instance, 'mem.total_mb').map((sample) => (k) => sample(k) * mebibyte)
}

/** The labels of all series of an instance. */
export const host = ({ id, seed }: Instance): Labels =>
  ({ domain: `instance-${id.slice(0, 8)}`, instance: `compute0${1 + seed % 4}`, job: 'libvirt' })
/** The labels of its info metric, with its name. */
export const info = (instance: Instance): Labels => ({
  __name__: infoName,
  ...host(instance),
  instance_id: instance.id,
  instance_name: instance.name,
  project_id: instance.projectId
})

const text = '"((?:[^"\\\\]|\\\\.)*)"'
const infoSelector = `${infoName}\\{instance_id=~${text}(?:,project_id=${text})?\\}`
const newestTerm =
  /label_replace\((last_over_time|rate)\((\w+)\{\}\[(\d+)s\]\),"source","(\d+)","",""\)/g
const forms = {
  newest: /^label_replace\([^ ]+(?: or label_replace\([^ ]+)*$/,
  infos: new RegExp(`^last_over_time\\(${infoName}\\{(?:project_id=${text})?\\}\\[(\\d+)s\\]\\)$`),
  data: new RegExp(`^\\{__name__=~${text},domain=~${text}\\}\\[(\\d+)s\\]$`),
  info: new RegExp(`^last_over_time\\(${infoSelector}\\[(\\d+)s\\]\\)$`),
  series: new RegExp(`^${infoSelector}$`),
  exporters: /^count by \(__name__\) \(/
}

/** Prometheus with the series of inovex's exporter: the queries that the service sends, and no others. */
export const prometheus: Handler = dispatch([
  ['GET POST', /^\/api\/v1\/query$/, (world, call) => query(world, fieldsOf(call))],
  ['GET POST', /^\/api\/v1\/query_range$/, (world, call) => {
    const result = aggregatesOf(fieldsOf(call), (names, domains, range) =>
      dataOf(world, names, domains, range))
    return result === undefined ? badData : success({ resultType: 'matrix', result })
  }],
  ['GET POST', /^\/api\/v1\/series$/, (world, call) => {
    const match = forms.series.exec(fieldsOf(call).get('match[]') ?? '')
    return match === null ? badData : success(infosOf(world, match[1]!, match[2]))
  }]
], () => ({ status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' }))

const fieldsOf = ({ body, query }: SimulatedCall) =>
  new URLSearchParams([...new URLSearchParams(body), ...query])
const success = (data: object): SimulatedResponse => ({ status: 200, body: { status: 'success', data } })
const badData: SimulatedResponse = {
  status: 400,
  body: { status: 'error', errorType: 'bad_data', error: 'a query that the simulator does not support' }
}

function query (world: World, fields: URLSearchParams): SimulatedResponse {
  const [query, time] = [fields.get('query') ?? '', Number(fields.get('time') ?? world.now() / 1000)]
  const vector = (labels: Labels[]) => success({
    resultType: 'vector', result: labels.map((metric) => ({ metric, value: [time, '1'] }))
  })
  if (query === '1') return success({ resultType: 'scalar', result: [time, '1'] })
  if (forms.exporters.test(query)) return vector([{ __name__: infoName }])
  const found = forms.info.exec(query)
  if (found !== null) {
    const [, ids, project, seconds] = found
    return vector(infosOf(world, ids!, project, [time - Number(seconds), time]))
  }
  const all = forms.infos.exec(query)
  if (all !== null) return vector(infosOf(world, '.*', all[1], [time - Number(all[2]), time]))
  if (forms.newest.test(query)) return success({ resultType: 'vector', result: newest(world, query, time) })
  const data = forms.data.exec(query)
  if (data === null) return badData
  const [, names, domains, seconds] = data
  return success({
    resultType: 'matrix', result: dataOf(world, names!, domains!, [time - Number(seconds), time])
  })
}

/** The series with one of these names and domains, with their samples in a range, in unix seconds. */
function dataOf ({ cloud, now }: World, names: string, domains: string, range: [number, number]) {
  const matches = patternOf(domains)
  return cloud.instances.filter((instance) => matches.test(host(instance).domain!))
    .flatMap((instance) => unescape(names).split('|').flatMap((name) =>
      seriesOf(instance, name, range, now())))
}

/** The newest value, or the rate in a range, of each series. */
const newest = ({ cloud, now }: World, query: string, time: number) =>
  [...query.matchAll(newestTerm)].flatMap(([, kind, name, seconds, source]) =>
    cloud.instances.flatMap((instance) =>
      seriesOf(instance, name!, [time - Number(seconds), time], now()).map(({ metric, values }) => {
        const { __name__, ...labels } = metric
        const [start, first] = values[0] as [number, string]
        const [end, last] = values.at(-1) as [number, string]
        const value = kind === 'rate' ? (Number(last) - Number(first)) / (end - start) : Number(last)
        return { metric: { ...labels, source: source! }, value: [time, String(value)] }
      })))

/** The info series of instances that have samples in a range, in unix seconds. */
function infosOf (
  { cloud, now }: World, ids: string, project?: string, range: [number, number] = [-Infinity, Infinity]
): Labels[] {
  const matches = patternOf(ids)
  return instancesOf(cloud, project && unescape(project)).filter((instance) => {
    const { first, last } = samplesIn(instance, range, now())
    return matches.test(instance.id) && last >= first
  }).map(info)
}

const instancesOf = ({ instances, instancesByProject }: Cloud, project?: string) =>
  project === undefined ? instances : instancesByProject.get(project) ?? []

/** The series of a metric of an instance: one a device. */
function seriesOf (instance: Instance, name: string, range: [number, number], now: number) {
  const { first, last } = samplesIn(instance, range, now)
  if (last < first) return []
  const counter = counters[name]
  const devices = counter === undefined ? [''] : devicesOf(instance, counter.rate)
  const samplers = counter === undefined ? gauges[name]?.(instance) ?? [] : samplersOf(instance, counter.rate)
  return samplers.map((sample, i) => {
    const values = counter === undefined
      ? Array.from({ length: last - first + 1 }, (_, n) => sample(first + n))
      : countFrom(sample, first, last).map((count) => count * counter.factor(instance))
    const device: Labels = devices[i] === '' ? {} : { target_device: devices[i]! }
    return {
      metric: { __name__: name, ...host(instance), ...device },
      values: values
        .map((value, n): [number, string] => [(first + n) * sampleSeconds, String(value)])
        .filter((_, n) => isSent(instance, first + n))
    }
  })
}

/** The counter of a rate. It begins again each day, so that no value depends on more than a day's samples. */
function countFrom (rate: Sampler, first: number, last: number): number[] {
  const counts: number[] = []
  let count = 0
  for (let k = Math.floor(first / samplesADay) * samplesADay; k <= last; k++) {
    count = (k % samplesADay === 0 ? 0 : count) + rate(k) * sampleSeconds
    if (k >= first) counts.push(count)
  }
  return counts
}

function samplesIn (instance: Instance, [start, end]: [number, number], now: number) {
  const { first, last } = storedSampleRange(instance, now)
  return {
    first: Math.max(first, Math.ceil(start / sampleSeconds)),
    last: lastSent(instance, Math.min(last, Math.floor(end / sampleSeconds)))
  }
}

const unescape = (quoted: string): string => JSON.parse(`"${quoted}"`)
const patternOf = (quoted: string) => new RegExp(`^(?:${unescape(quoted)})$`)
