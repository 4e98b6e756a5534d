import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

// Runs tap, and says last of all what was left out: tap only counts that, and says why far above, or not at all.
const results = '.tap/test-results'
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
const { status, error } = spawnSync('tap', process.argv.slice(2), { stdio: 'inherit' })
if (error) throw error
process.exitCode = status ?? 1

const leftOut = new Map([['test/openstack: needs a whole OpenStack, see npm run test:openstack', new Set()]])
for (const { file, reason } of skips()) {
  const entry = `${dirname(file)}: ${reason || 'no reason given'}`
  leftOut.set(entry, new Set(leftOut.get(entry)).add(file))
}
console.log('\nLeft out:')
for (const [entry, { size }] of leftOut) console.log(`- ${entry}${size > 0 ? ` (${size} ${size === 1 ? 'file' : 'files'})` : ''}`)

/** Each skipped test. A file that is skipped as a whole says so in an empty plan. */
function skips () {
  const files = readdirSync(results, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.tap'))
  return files.flatMap(path => {
    const told = readFileSync(join(results, path), 'utf8').matchAll(/^(?:1\.\.0 # |\s*ok .* # SKIP ?)(.*)$/gm)
    return [...told].map(([, reason]) => ({ file: path.slice(0, -'.tap'.length), reason }))
  })
}
