import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

// Runs tap with the given arguments, and reports at the end which tests were left out, and why: tap only counts
// them. A lane is `unit`, `http`, `integration` or `robustness`; `npm test` runs the quick part of each.

const root = join(import.meta.dirname, '../..')
const results = join(root, '.tap/test-results')

/** Files of a lane that take long, or whose servers take long to be found: `npm run test:all` has them. */
const slow = [
  'integration/browser/', 'integration/package/', 'integration/prometheus/', 'robustness/',
  'http/server/rolling', 'http/openapi/client'
]

const lanes = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const files = filesOf(lanes)

leaveOutTypeScript()
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
const { status, error } = spawnSync('tap', [...flags, ...files], { stdio: 'inherit', cwd: root })
if (error) throw error
process.exitCode = status ?? 1
reportLeftOut()

function filesOf (lanes: string[]) {
  const folder = join(root, 'dist/test')
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && !/^(?:openstack|robustness\/faults)\//.test(file))
  const wanted = lanes.length === 0
    ? all.filter((file) => !slow.some((part) => file.startsWith(part)))
    : all.filter((file) => lanes.includes('all') || lanes.some((lane) => file.startsWith(lane)))
  if (wanted.length === 0) throw new Error(`no test file is in ${lanes.join(', ')}`)
  return wanted.sort().map((file) => join('dist/test', file))
}

/** tap is installed with its TypeScript plugin built in, and leaves it out only after a build of its own. */
function leaveOutTypeScript () {
  const tap = dirname(createRequire(import.meta.url).resolve('tap/package.json'))
  const built = join(tap, '../@tapjs/test/test-built/dist/esm/index.js')
  if (readFileSync(built, 'utf8').includes('"@tapjs/typescript"')) {
    spawnSync('tap', ['build'], { stdio: 'inherit', cwd: root })
  }
}

/** A file that is skipped as a whole reports that with an empty plan. */
function reportLeftOut () {
  const leftOut = new Map<string, Set<string>>()
  const reports = readdirSync(results, {
    recursive: true, encoding: 'utf8'
  }).filter((path) => path.endsWith('.tap'))
  for (const path of reports) {
    const file = path.replace(/^dist\//, '').slice(0, -'.tap'.length)
    for (const [, reason] of readFileSync(join(results, path), 'utf8').matchAll(
      /^(?:1\.\.0 # |\s*ok .* # SKIP ?)(.*)$/gm
    )) {
      const entry = `${dirname(file)}: ${reason || 'no reason given'}`
      leftOut.set(entry, new Set(leftOut.get(entry)).add(file))
    }
  }
  console.log('\nNot run:')
  if (lanes.length === 0) console.log(`- ${slow.join(', ')}: slow, see npm run test:all`)
  console.log(
    '- robustness/faults: see npm run test:faults\n- openstack: needs a real OpenStack, see npm run ' +
      'test:openstack'
  )
  for (const [entry, { size }] of leftOut) {
    console.log(`- ${entry} (${size} ${size === 1 ? 'file' : 'files'})`)
  }
}
