import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { tap } from '#test/tap.js'
import { resultsFolder } from './record.js'
import { faultsIn, hasSection, reportOf } from './report.js'
import type { FaultResult } from './report.js'

// Runs the cases, then the soak alone, since it measures. Then compares docs/reliability.md with the results,
// or writes it.
const usage = `npm run test:faults -- [--soak 20s] [--write]

--soak   length of the soak, such as 10m
--write  writes docs/reliability.md from the results; this also needs the cloud of test/openstack`

const documentPath = 'docs/reliability.md'
const suite = 'dist/test/robustness/faults'
const { soak, write } = readOptions()
if (write) await import('../../openstack/require-cloud.js')

rmSync(resultsFolder, { recursive: true, force: true })
const cases = readdirSync(suite).filter((name) => name.endsWith('.test.js') && name !== 'soak.test.js')
const unknown = cases.filter((name) => !hasSection(basename(name, '.test.js')))
if (unknown.length > 0) throw new Error(`report.ts has no section for the cases of ${unknown.join(', ')}`)

const exitCodes = [
  runFiles(cases.map((name) => join(suite, name))),
  runFiles([join(suite, 'soak.test.js')], { SOAK: soak }),
  write ? runFiles(['dist/test/openstack/recovery.test.js']) : 0
]
const failed = exitCodes.some((code) => code !== 0)

const report = reportOf(readResults())
if (write && !failed) {
  mkdirSync(dirname(documentPath), { recursive: true })
  writeFileSync(documentPath, report)
}
const documented = existsSync(documentPath) ? faultsIn(readFileSync(documentPath, 'utf8')) : []
const isCurrent = JSON.stringify(documented) === JSON.stringify(faultsIn(report))
if (!isCurrent) {
  console.error(`\n${documentPath} lists other faults than this run. ` +
    'Write it again: npm run test:faults -- --soak 10m --write')
}
process.exitCode = failed || !isCurrent ? 1 : 0

/** Runs six files at a time: a case mostly waits. */
function runFiles (files: string[], env: Record<string, string> = {}) {
  return tap(['--disable-coverage', '--jobs=6', ...files], env)
}

function readResults (): FaultResult[] {
  if (!existsSync(resultsFolder)) return []
  return readdirSync(resultsFolder).map((name) => JSON.parse(readFileSync(join(resultsFolder, name), 'utf8')))
}

function readOptions () {
  try {
    return parseArgs({
      options: { soak: { type: 'string', default: '20s' }, write: { type: 'boolean', default: false } }
    }).values
  } catch (err) {
    console.error(`${(err as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}
