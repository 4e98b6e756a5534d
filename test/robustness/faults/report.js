import { cpus, totalmem } from 'node:os'

/** The groups of cases, in the order of the document. */
const groups = {
  connections: 'Connections',
  answers: 'Answers',
  tls: 'TLS',
  names: 'Names',
  cloud: 'What the cloud says of itself',
  influxdb: 'InfluxDB',
  redis: 'Redis',
  'at-once': 'Several at once, under load'
}

const head = `# What happens when something fails

Written by the suite: \`npm run test:faults -- --soak 10m --write\`. No figure here is typed. \`npm run test:faults\` runs the same cases, and compares
which they are with this list; the times are those of the run that wrote it.

Each case runs the built server between a simulated cloud and a real InfluxDB,
with a proxy before each that injects the fault, and with
\`UPSTREAM_TIMEOUT=1s\` and lifetimes of a second. All routes are asked about one project before the fault, and during it about that
(*asked before*) and about another, of which nothing is kept. Each answer is compared with what is true, number by number: each number is
right, or it is \`null\` and its service is named in \`unavailable\`. After the fault's end what is true changes, and all is *well again* when all that
is asked has been read anew. In no case has an answer or the log a word of an upstream's, nor does the process end before it is asked to.

*Without* says what is \`null\`. *Received* are the calls that the upstreams at fault received during the fault, with second tries, and in brackets the
connections that were opened for them; a dash is where nothing counts them. *Counted* is what the service's own \`/metrics\` has of the same time:
calls by what came of them,
but for those that went well (\`upstream_request_duration_seconds_count\`), second tries (\`upstream_retries_total\`), reads that
failed, by what was answered for that (\`upstream_failures_total\`), and what Redis failed at (\`redis_failures_total\`). Nothing is held there against an
upstream that is well.
`

const columns = [
  'fault',
  'at',
  'summary',
  'instances',
  'series',
  'asked before',
  'slowest answer',
  'well again after',
  'received',
  'counted'
]

/** docs/reliability.md, from what the cases and the soak have seen. */
export function reportOf (seen) {
  const cases = seen.filter(({ group }) => group in groups).sort((a, b) => a.number - b.number)
  const stops = seen.filter(({ group }) => group === 'recovery').sort((a, b) => a.number - b.number)
  const soak = seen.find(({ group }) => group === 'soak')
  const sections = Object.entries(groups).map(([group, title]) =>
    `## ${title}\n\n${tableOf(columns, cases.filter((one) => one.group === group).map(cellsOf))}`)
  return [
    head, ...sections, ...stops.length > 0 ? [stopsOf(stops)] : [], ...soak ? [soakOf(soak)] : [], machine()
  ].map((part) => `${part.trim()}\n`).join('\n')
}

/** Which faults such a document is about. */
export function faultsIn (document) {
  const rows = document.split('\n').map((line) => line.split(' | ')).filter(
    ({ length }) => length === columns.length
  )
  return rows.map(
    ([fault, where]) => `${fault} | ${where}`
  ).filter((row) => row !== `| ${columns.slice(0, 2).join(' | ')}` && row !== '| --- | ---')
}

const tableOf = (columns, rows) =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

function cellsOf ({ fault, where, unknown, known, slowest, back, calls, connections, counted }) {
  const { summary, instances, series } = unknown
  return [
    fault, where, ...[summary, instances, series].map(outcome), known
      ? outcome(known)
      : '–', time(slowest), time(back),
    calls === null ? '–' : `${calls} (${connections})`, countsIn(counted)
  ]
}

/** What was counted, of all roles together. */
function countsIn (counted) {
  const kindsOf = (counts, name) =>
    [
      ...new Set(counts.map((count) => count[name]))
    ].map((kind) => counts.filter((count) => count[name] === kind))
  const sums = (counts) =>
    kindsOf(counts, 'how').map((same) => `${sum(same)} ${same[0].how ?? ''}`.trim()).join(', ')
  return kindsOf(counted, 'what').map(
    (counts) => `${counts[0].what}: ${sums(counts)}`
  ).join('; ') || 'nothing'
}

/** What was seen on the real cloud. */
function stopsOf (stops) {
  const rows = stops.map(({ fault, summary, instances, known, slowest, back, counted }) =>
    [fault, ...[summary, instances, known].map(outcome), time(slowest), time(back), countsIn(counted)])
  return `## On a real OpenStack\n\nThe services of the cloud of \`test/openstack\` (OpenStack Zed) stopped and started again, while eight ask on who have
asked before, with \`UPSTREAM_TIMEOUT=2s\`. All is *well again* so long after the service answers.\n
${tableOf(
  ['fault', 'summary', 'instances', 'asked before', 'slowest answer', 'well again after', 'counted'], rows
)}`
}

const sum = (counts) => counts.reduce((sum, { count }) => sum + count, 0)
const outcome = ({ statuses, missing }) =>
  `${statuses.join(' or ')}${missing.length > 0 ? ` without ${missing.join(', ')}` : ''}`
const time = (ms) => ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`
const count = (n) => n.toLocaleString('en')

function soakOf (
  { seconds, within, capacity, rate, sent, statuses, unanswered, judged, wrong, latency, resident, handles, busy, faults }
) {
  const rows = [
    ['length', `${seconds} s`],
    [
      `capacity, measured first: 99 % of all that is asked is answered within ${within} ms`,
      `${count(capacity)} requests/s`
    ],
    ['rate, whatever is answered', `${count(rate)} requests/s`],
    ['requests', count(sent)],
    ['answers', Object.entries(statuses).map(([status, n]) => `${status}: ${count(n)}`).join(', ')],
    ['requests without an answer', count(unanswered)],
    ['answers compared with what is true, and wrong ones', `${count(judged)}, ${count(wrong)}`],
    ['time to an answer: median, 99 %, longest', latency.map(time).join(', ')],
    [
      'memory (RSS) when all was well: in the first third, in the last; the most of all',
      resident.map((megabytes) => `${megabytes} MB`).join(', ')
    ],
    ['open files, and sockets but those of who asks: the same', handles.join(', ')],
    ['share of its time that the thread which asks was busy', String(busy)]
  ]
  return `## The soak\n\nAll routes, about all projects, at 80 % of the capacity, with a fault of 5 s every 20 s. The times count from when a
request was due, and so what waits behind others counts that too.\n
${tableOf(['what', 'figure'], rows)}\n
The faults, in this order: ${faults.join('; ')}.`
}

function machine () {
  const [{ model }] = cpus()
  return `Measured on ${cpus().length} cores (${model.trim()}) with ${Math.round(
    totalmem() / 2 ** 30
  )} GiB of memory, Node.js ${process.versions.node}; the service, its upstreams and
those who ask shared them.`
}
