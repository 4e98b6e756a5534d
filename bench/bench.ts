import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { readOptions } from './options.js'
import { memory } from './rows/memory.js'
import { instances, summary } from './rows/openstack.js'
import { refresh } from './rows/refresh.js'
import { hit, hitWithToken, lone, uncached } from './rows/series.js'
import { week } from './rows/window.js'
import { openSite } from './site.js'
import type { Row } from './site.js'
import { tableOf } from './table.js'
import type { Line } from './table.js'

const rows: Record<string, Row> = { H: hit, HK: hitWithToken, C: uncached, L: lone, W: week, S: summary, S2: refresh, I: instances, M: memory }

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

After a slash stands the figure of what the row is against. The two were loaded in turn in one run, ${pace.rounds} rounds of ${pace.seconds} s each
after one to warm up, and a ratio is the median of the rounds' ratios. Both were loaded by the same generator: autocannon, in one thread
beside the servers; where that is busy all of the time, it is what limits the faster side, and the ratio tells less than it could.

${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node.js ${process.version}${version === undefined ? '' : `, InfluxDB ${version}`};
load average ${busy!.toFixed(1)} at the start; LOG_LEVEL=${process.env.LOG_LEVEL ?? 'info'}; ${new Date().toISOString()}; the run took ${Math.round((performance.now() - start) / 1000)} s.
`
console.log(report)
if (output !== undefined) writeFileSync(output, report)
process.exit()
