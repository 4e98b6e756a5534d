import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './support/root.js'
import { tap } from './tap.js'

// Runs the compiled tests of some lanes with tap, and reports at the end which were not run, and why: tap
// only counts them. Arguments: lanes (folders of test/, or `all` but openstack), and flags of tap's. Without
// a lane it runs all that is quick.

const results = join(root, '.tap/test-results')

/**
 * What `npm test` leaves to `npm run test:all`, because it takes long or needs a program that takes long to
 * find.
 */
const slow = [
  'integration/browser/', 'integration/clients/', 'integration/package/', 'integration/prometheus/',
  'robustness/', 'http/server/rolling', 'http/openapi/client'
]
/**
 * Lanes that run only if they are named: they need the one real cloud, or measure a processor that nothing
 * else may use.
 */
const alone = ['openstack/', 'integration/libvirt/']

const lanes = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
if (lanes.some((lane) => lane.startsWith('openstack'))) {
  await import('./openstack/require-cloud.js')
  // Its files stop and restart services of the one cloud.
  flags.push('--jobs=1')
}

rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
process.exitCode = tap([...flags, ...selectFiles()])
reportNotRun()

function selectFiles () {
  const startsWith = (file: string, prefixes: string[]) => prefixes.some((prefix) => file.startsWith(prefix))
  const files = readdirSync(join(root, 'dist/test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && !file.startsWith('robustness/faults/'))
    .filter((file) => lanes.length === 0
      ? !startsWith(file, [...slow, ...alone])
      : startsWith(file, lanes) || (lanes.includes('all') && !startsWith(file, alone)))
  if (files.length === 0) throw new Error(`there is no test file in ${lanes.join(', ')}`)
  return files.map((file) => join('dist/test', file))
}

/** A file that is skipped as a whole reports that with an empty plan. */
function reportNotRun () {
  const skipped = new Map<string, Set<string>>()
  const skip = /^(?:1\.\.0 # |\s*ok .* # SKIP ?)(.*)$/gm
  for (const path of readdirSync(results, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.tap')) continue
    const file = path.replace(/^dist\//, '').slice(0, -'.tap'.length)
    for (const [, reason] of readFileSync(join(results, path), 'utf8').matchAll(skip)) {
      const entry = `${dirname(file)}: ${reason || 'no reason given'}`
      skipped.set(entry, new Set(skipped.get(entry)).add(file))
    }
  }
  console.log('\nNot run:')
  if (lanes.length === 0) console.log(`- ${slow.join(', ')}: slow, see npm run test:all`)
  console.log('- robustness/faults: see npm run test:faults')
  if (!lanes.includes('integration/libvirt')) {
    console.log('- integration/libvirt: measures a processor, see CONTRIBUTING.md')
  }
  if (!lanes.includes('openstack')) {
    console.log('- openstack: needs a real OpenStack, see npm run test:openstack')
  }
  for (const [entry, { size }] of skipped) {
    console.log(`- ${entry} (${size} ${size === 1 ? 'file' : 'files'})`)
  }
}
