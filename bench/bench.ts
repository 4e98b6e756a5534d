import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { readOptions } from './options.js'
import { bulk } from './rows/bulk.js'
import { fleet } from './rows/fleet.js'
import { memory } from './rows/memory.js'
import { instances, summary } from './rows/openstack.js'
import { page } from './rows/page.js'
import { refresh } from './rows/refresh.js'
import { hit, sequential, uncached, workers } from './rows/series.js'
import { top } from './rows/top.js'
import { week } from './rows/window.js'
import { tableOf } from './table.js'
import type { Line } from './table.js'
import { createUpstreams } from './upstreams.js'
import type { Row } from './upstreams.js'

const rows: Record<string, Row> = {
  H: hit,
  W4: workers,
  C: uncached,
  L: sequential,
  F: fleet,
  W: week,
  B: bulk,
  T: top,
  S: summary,
  S2: refresh,
  I: instances,
  U: page,
  M: memory
}

const { names, output, ...options } = readOptions(process.argv.slice(2), Object.keys(rows))
const upstreams = createUpstreams()
const lines: Line[] = []
const start = performance.now()
// The figures of a busy machine are unreliable; its load average in the report shows that.
const [loadAverage] = loadavg()
for (const name of names) {
  console.error(`${name} …`)
  lines.push(...await rows[name]!(upstreams, options))
}
const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`
const versions = [`Node.js ${process.version}`, ...upstreams.versions].join(', ')
const seconds = Math.round((performance.now() - start) / 1000)

const report = `${tableOf(lines)}

The figure after a slash is that of the baseline ("against"), measured alternately with the service in the
same run; a dash is for a baseline with one call for each request. There is no p99 of fewer than 100 times.
For H, W4, C, L, F and S2, autocannon made the load in ${options.rounds} rounds of ${options.seconds} s each
(unless a note says otherwise), after one warm-up round.
For S, I, B and T, one request was sent in each of as many rounds. A ratio is the median of the rounds'
ratios; W's is the median over its series. The metrics store is InfluxDB, unless a row names it.
autocannon is one thread beside the servers. While it is busy all of the time, it limits the faster side, and
the ratio is less meaningful.

${machine}, ${versions};
load average ${loadAverage!.toFixed(1)} at the start; LOG_LEVEL=${process.env.LOG_LEVEL ?? 'info'};
${new Date().toISOString()}; the run took ${seconds} s.
`
console.log(report)
if (output !== undefined) writeFileSync(output, report)
process.exit()
