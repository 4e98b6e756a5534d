import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { faultsIn, reportOf } from './report.js'

// Runs the cases, then the soak by itself, which measures; then compares docs/reliability.md with what was
// run, or writes it.
const usage = `npm run test:faults -- [--soak 20s] [--write]

--soak   how long the soak goes on, such as 10m
--write  writes docs/reliability.md; it needs the real cloud of test/openstack as well`

const results = '.tap/faults'
const document = 'docs/reliability.md'
const { soak, write } = options()

rmSync(results, { recursive: true, force: true })
// Two files at a time: for most of its time a case waits.
const tap = (env, ...files) =>
  spawnSync('tap', ['--disable-coverage', '--timeout=600', '--jobs=2', ...files], {
    stdio: 'inherit', env: { ...process.env, ...env }
  }).status
const files = readdirSync('dist/test/robustness/faults').filter(
  (name) => name.endsWith('.test.js') && name !== 'soak.test.js'
).map((name) => join('dist/test/robustness/faults', name))
const onTheCloud = ['--before=dist/test/openstack/require-cloud.js', 'dist/test/openstack/recovery.test.js']
const failed = [
  tap({}, ...files),
  tap({ SOAK: soak }, 'dist/test/robustness/faults/soak.test.js'),
  write ? tap({}, ...onTheCloud) : 0
].some((status) => status !== 0)

const seen = existsSync(results)
  ? readdirSync(results).map(
    (name) => JSON.parse(readFileSync(join(results, name), 'utf8'))
  )
  : []
const report = reportOf(seen)
if (write && !failed) {
  mkdirSync(dirname(document), { recursive: true })
  writeFileSync(document, report)
}
const written = existsSync(document) ? faultsIn(readFileSync(document, 'utf8')) : []
const same = JSON.stringify(written) === JSON.stringify(faultsIn(report))
if (!same) {
  console.error(
    `\n${document} lists other faults: write it with npm run test:faults -- --soak 10m --write`
  )
}
process.exitCode = failed || !same ? 1 : 0

function options () {
  try {
    const { values } = parseArgs({
      options: { soak: { type: 'string', default: '20s' }, write: { type: 'boolean', default: false } }
    })
    return values
  } catch (err) {
    console.error(`${err.message}\n\n${usage}`)
    process.exit(2)
  }
}
