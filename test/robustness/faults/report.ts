import { cpus, totalmem } from 'node:os'
import type { FailureCount } from './failure-counts.js'
import type { StoreName } from './stores/stores.js'

/** Statuses of responses, and the upstreams that they list as unavailable. */
interface ResponseOutcome { statuses: number[], unavailable: string[] }

/** The file name without `.test.js`, and the position in the file. */
interface Position { group: string, number: number }

interface Result extends Position {
  fault: string
  cached: ResponseOutcome | null
  slowestMs: number
  recoveryMs: number
  failures: FailureCount[]
}

export interface CaseResult extends Result {
  store: StoreName
  location: string
  uncached: Record<'summary' | 'instances' | 'series', ResponseOutcome>
  requests: number | null
  connections: number | null
}

/** An outage of the real cloud; see test/openstack/recovery.test.ts. */
export interface OutageResult extends Result {
  summary: ResponseOutcome
  instances: ResponseOutcome
}

export interface SoakResult extends Position {
  seconds: number
  latencyLimitMs: number
  capacity: number
  rate: number
  sent: number
  statuses: Record<number, number>
  withoutResponse: number
  checked: number
  wrong: number
  latencies: number[]
  memory: number[]
  openFiles: number[]
  utilization: number
  faults: string[]
}

export type FaultResult = CaseResult | OutageResult | SoakResult

/** Titles of the groups of cases on InfluxDB, in the order of the document. A group is a test file. */
const groups = {
  connections: 'Connections',
  'invalid-responses': 'Invalid responses',
  'error-responses': 'Error responses',
  tls: 'TLS',
  dns: 'DNS',
  cloud: 'Logins, catalog, clocks and deletions',
  influxdb: 'InfluxDB',
  redis: 'Redis',
  simultaneous: 'Several upstreams at once, under load'
}

const head = `# Behaviour when upstreams fail

The fault suite writes this page: \`npm run test:faults -- --soak 10m --write\`. No figure is typed by hand.
\`npm run test:faults\` runs the same cases and compares their names with this page. The times are from the
run that wrote it.

Each case runs the built server between a simulated cloud and a real metrics store. A proxy in front of each
upstream injects the fault. The server has \`UPSTREAM_TIMEOUT=1s\` and TTLs of one second.

| metrics store | cases |
| --- | --- |
| InfluxDB | all, and the soak |
| VictoriaMetrics, with series of \`inovex\` | [those](#victoriametrics) in which the metrics store fails |

No case runs on Prometheus, which has the same API: it cannot replace samples, as each case does.

- Before the fault, the suite requests every route for one project. During the fault it requests every route
  for that project (column *cached*) and for a second one, of which nothing is cached.
- It compares each response with the true values, number by number. Each number is correct, or it is
  \`null\` and \`unavailable\` names its upstream.
- After the fault the true values change. The service has *recovered* when every response is complete and
  has the new values.
- In no case does a response or the log contain text of an upstream. In no case does the process exit before
  SIGTERM.

The columns:

- *without*: the upstreams whose values are \`null\`.
- *received*: the requests that the failing upstreams received during the fault, retries included. The
  number of new connections is in brackets. A dash means that nothing counts them.
- *counted*: the increase of the service's own \`/metrics\` during the fault. No failure is counted for an
  upstream that works.
  - *requests*: failed upstream requests by outcome (\`upstream_request_duration_seconds_count\`).
  - *retries*: \`upstream_retries_total\`.
  - *failed reads*: \`upstream_failures_total\`, by the response to the client: stale, partial or error.
  - *Redis*: \`redis_failures_total\`.
`

const columns = [
  'fault', 'upstream', 'summary', 'instances', 'series', 'cached', 'slowest response', 'recovered after',
  'received', 'counted'
]

/** Whether the document has a section for the cases of this test file, whose name is without `.test.js`. */
export const hasSection = (group: string) => group in groups || group.startsWith('victoria-metrics')

/** Builds docs/reliability.md from the results of the cases, the soak and the outages of the real cloud. */
export function reportOf (results: FaultResult[]) {
  const sorted = results.toSorted((a, b) => a.number - b.number)
  const cases = sorted.filter((result): result is CaseResult => 'store' in result)
  const outages = sorted.filter((result): result is OutageResult => result.group === 'recovery')
  const soak = sorted.find((result): result is SoakResult => result.group === 'soak')
  const on = (store: StoreName) => cases.filter((one) => one.store === store)
  const sections = Object.entries(groups).map(([group, title]) =>
    section(title, on('influxdb').filter((one) => one.group === group)))
  const parts = [
    head,
    ...sections,
    section('VictoriaMetrics', on('victoria-metrics').toSorted((a, b) => a.group.localeCompare(b.group))),
    ...outages.length > 0 ? [outageSection(outages)] : [],
    ...soak ? [soakSection(soak)] : [],
    machine()
  ]
  return parts.map((part) => `${part.trim()}\n`).join('\n')
}

/** The faults of such a document, as `fault | upstream`. */
export function faultsIn (document: string) {
  const rows = document.split('\n')
    .map((line) => line.split(' | '))
    .filter(({ length }) => length === columns.length)
  const headers = [`| ${columns.slice(0, 2).join(' | ')}`, '| --- | ---']
  return rows.map(([fault, upstream]) => `${fault} | ${upstream}`).filter((row) => !headers.includes(row))
}

const section = (title: string, cases: CaseResult[]) =>
  `## ${title}\n\n${table(columns, cases.map(cellsOf))}`

const table = (columns: string[], rows: string[][]) =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

function cellsOf (result: CaseResult) {
  const { fault, location, uncached, cached, slowestMs, recoveryMs, requests, connections, failures } = result
  const { summary, instances, series } = uncached
  return [
    fault,
    location,
    ...[summary, instances, series].map(outcome),
    cached ? outcome(cached) : '–',
    time(slowestMs),
    time(recoveryMs),
    requests === null ? '–' : `${requests} (${connections})`,
    failureSums(failures)
  ]
}

/** The failure counts, summed over all upstreams. */
function failureSums (failures: FailureCount[]) {
  const groupBy = (counts: FailureCount[], key: 'kind' | 'outcome') => {
    const values = new Set(counts.map((count) => count[key]))
    return [...values].map((value) => counts.filter((count) => count[key] === value))
  }
  const sum = (counts: FailureCount[]) => counts.reduce((sum, { count }) => sum + count, 0)
  const sums = (counts: FailureCount[]) =>
    groupBy(counts, 'outcome').map((same) => `${sum(same)} ${same[0]!.outcome ?? ''}`.trim()).join(', ')
  const kinds = groupBy(failures, 'kind').map((counts) => `${counts[0]!.kind}: ${sums(counts)}`)
  return kinds.join('; ') || 'nothing'
}

function outageSection (outages: OutageResult[]) {
  const columns = [
    'fault', 'summary', 'instances', 'cached', 'slowest response', 'recovered after', 'counted'
  ]
  const rows = outages.map(({ fault, summary, instances, cached, slowestMs, recoveryMs, failures }) => [
    fault,
    ...[summary, instances, cached!].map(outcome),
    time(slowestMs),
    time(recoveryMs),
    failureSums(failures)
  ])
  return `## On a real OpenStack

The test stops services of the cloud of \`test/openstack\` (OpenStack Zed) and starts them again, while eight
clients repeat cached requests. The service has \`UPSTREAM_TIMEOUT=2s\`. The recovery time starts when the
stopped services respond again.

${table(columns, rows)}`
}

const outcome = ({ statuses, unavailable }: ResponseOutcome) =>
  `${statuses.join(' or ')}${unavailable.length > 0 ? ` without ${unavailable.join(', ')}` : ''}`
const time = (ms: number) => ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`
const count = (n: number) => n.toLocaleString('en')

function soakSection (result: SoakResult) {
  const { capacity, latencyLimitMs, statuses, checked, wrong } = result
  const rows = [
    ['length', `${result.seconds} s`],
    [
      `capacity, measured first: 99 % of the responses within ${latencyLimitMs} ms`,
      `${count(capacity)} requests/s`
    ],
    ['constant rate', `${count(result.rate)} requests/s`],
    ['requests', count(result.sent)],
    ['responses', Object.entries(statuses).map(([status, n]) => `${status}: ${count(n)}`).join(', ')],
    ['requests without a response', count(result.withoutResponse)],
    ['responses compared with the true values, and wrong ones', `${count(checked)}, ${count(wrong)}`],
    ['latency: median, 99th percentile, maximum', result.latencies.map(time).join(', ')],
    [
      'memory (RSS) between faults: in the first third, in the last third; and the maximum of all samples',
      result.memory.map((megabytes) => `${megabytes} MB`).join(', ')
    ],
    ['open files and sockets without client connections: the same', result.openFiles.join(', ')],
    ['share of its time in which the load generator was busy', String(result.utilization)]
  ]
  return `## The soak

Load on all routes for all projects, at 80 % of the capacity. A fault of 5 s starts every 20 s. A latency
starts when the request is due, so that queueing counts.

${table(['what', 'figure'], rows)}

The faults, in this order: ${result.faults.join('; ')}.`
}

function machine () {
  const [cpu] = cpus()
  const memoryGiB = Math.round(totalmem() / 2 ** 30)
  return `Measured on ${cpus().length} cores (${cpu!.model.trim()}) with ${memoryGiB} GiB of memory, \
Node.js ${process.versions.node}. The service, its upstreams and the load generator shared the machine.`
}
