import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { readOptions } from './options.js'
import { memory } from './rows/memory.js'
import { instances, summary } from './rows/openstack.js'
import { refresh } from './rows/refresh.js'
import { hit, hitWithToken, sequential, uncached } from './rows/series.js'
import { week } from './rows/window.js'
import { openSite } from './site.js'
import type { Row } from './site.js'
import { tableOf } from './table.js'
import type { Line } from './table.js'

const rows: Record<string, Row> = { H: hit, HK: hitWithToken, C: uncached, L: sequential, W: week, S: summary, S2: refresh, I: instances, M: memory }

const { names, output, ...pace } = readOptions(process.argv.slice(2), Object.keys(rows))
const site = openSite()
const lines: Line[] = []
const start = performance.now()
// What else the machine does: the figures of a busy one are worth little, and this tells.
const [busy] = loadavg()
for (const name of names) {
  console.error(`${name} …`)
  lines.push(...await rows[name]!(site, pace))
}
const version = site.version()

const report = `${tableOf(lines)}

After a slash stands the figure of what the row is against, which took turns with the service in one run; of fewer than 100 times there is no p99.
H, HK, C, L and S2 were loaded by autocannon, in ${pace.rounds} rounds of ${pace.seconds} s each (or what a note says) after one to warm up, S and I were asked once in each of as many
rounds, and a ratio is the median of the rounds' ratios; W's is that of its series. autocannon is one thread beside the servers: where that is busy
all of the time, it is what limits the faster side, and the ratio tells less than it could.

${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node.js ${process.version}${version === undefined ? '' : `, InfluxDB ${version}`};
load average ${busy!.toFixed(1)} at the start; LOG_LEVEL=${process.env.LOG_LEVEL ?? 'info'}; ${new Date().toISOString()}; the run took ${Math.round((performance.now() - start) / 1000)} s.
`
console.log(report)
if (output !== undefined) writeFileSync(output, report)
process.exit()
