import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { adminInstanceId, adminProjectId } from '#simulator/seed.js'
import { skip } from '#test/support/browser.js'
import { root } from '#test/support/root.js'
import { startPage } from '#test/support/screens.js'

// The size of the page and of its screens. The benchmark measures its processor time.
const kilobyte = 1000
const folder = join(root, 'dist/web')

/** Bytes of compressed files whose names match. */
const bytesOf = (pattern: RegExp) => readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.gz') && pattern.test(file))
  .reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)

t.test('stays small with 1,000 projects and 10,000 instances', { skip }, async (t) => {
  const { page, open, idle } = await startPage(t, { projects: 1000, instances: 10_000, env: { CACHE: 'on' } })
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  let transferred = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => { transferred += encodedDataLength })
  await page.addInitScript(() => {
    const shifts: number[] = (window as any).shifts = []
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as any).value)
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const shift = () => page.evaluate(() =>
    ((window as any).shifts as number[]).reduce((sum, value) => sum + value, 0))
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length)

  await open('/ui/')
  await page.locator('.busiest li').nth(19).waitFor()
  await idle()
  const first = bytesOf(/^index\.html|assets\/index-/)
  const budgets: Array<[name: string, size: number, most: number]> = [
    ['bytes of the first screen, compressed', first, 40 * kilobyte],
    ['bytes of all screens and languages, compressed', bytesOf(/./), 90 * kilobyte],
    ['bytes of a dictionary, compressed', bytesOf(/words/), 3 * kilobyte],
    ['bytes transferred for the first screen', transferred, 110 * kilobyte],
    ['elements of the first screen', await nodes(), 3500],
    ['layout shift of the first screen', await shift(), 0.01]
  ]
  const screens = {
    [`/ui/projects/${adminProjectId}`]: '.instances .spark .line[d^=M]',
    [`/ui/projects/${adminProjectId}/instances/${adminInstanceId}`]: '.chart canvas'
  }
  for (const [path, ready] of Object.entries(screens)) {
    await open(path)
    await page.locator(ready).first().waitFor()
    await idle()
    budgets.push([`elements of ${path}`, await nodes(), 3500])
    budgets.push([`layout shift of ${path}`, await shift(), 0.01])
  }
  for (const [name, size, most] of budgets) {
    t.comment(`${name}: ${Math.round(size * 10_000) / 10_000}`)
    t.ok(size <= most, `${name} is ${size}, at most ${most}`)
  }
  t.ok(transferred > first, 'the transfer was measured')
})
