import type { Page, Route } from 'playwright-core'
import t from 'tap'
import { adminInstanceId, adminProjectId, demoProjectId } from '#simulator/seed.js'
import { skip } from '#test/support/browser.js'
import { findViolations, startPage, textsOf } from '#test/support/screens.js'

const refresh = (page: Page) => page.locator('.top .square').first().click()
const lines = (page: Page) => textsOf(page, '.trouble')
const gone = (page: Page) => page.waitForFunction(() => document.querySelector('.trouble') === null)
const projectUrl = `/ui/projects/${demoProjectId}`
const instanceUrl = `/ui/projects/${adminProjectId}/instances/${adminInstanceId}`

/** A problem as the service returns it. */
const problem = (status: number, headers: Record<string, string> = {}) => (route: Route) => route.fulfill({
  status,
  headers: { 'x-openstack-request-id': 'req-test', ...headers },
  contentType: 'application/problem+json',
  body: JSON.stringify({ status, detail: 'Something failed.' })
})

t.test('says what could not be read, and never 0', { skip }, async (t) => {
  const { page, simulator, open } = await startPage(t)
  simulator.intercept = ({ upstream }) => upstream === 'block-storage' ? { status: 503 } : undefined
  await open('/ui/')
  await page.locator('.trouble:not(.own)').waitFor()
  t.match(await lines(page), [/^Block storage cannot be read: \d+ projects lack/])
  t.match((await textsOf(page, '.tile .amount')).slice(5), ['–', '–'])
  const cells = await textsOf(page, '.projects tbody tr:nth-child(1) td.quota')
  t.match(cells.slice(5), [/^–Block storage could not be read$/, /^–/])
  t.same(await findViolations(page), [])

  simulator.intercept = ({ upstream }) => upstream === 'metrics' ? { status: 503 } : undefined
  await open(projectUrl)
  await page.locator('.instances tbody td').first().waitFor()
  await page.locator('.trouble').first().waitFor()
  t.ok((await lines(page)).includes('Usages cannot be read now. Everything else is current.'))
  t.ok((await textsOf(page, '.instances .value')).every((text) => text === '–'))
})

t.test('exports nothing before it is read', { skip }, async (t) => {
  const { page, open } = await startPage(t)
  await page.route('**/v1/**', () => {})
  for (const url of ['/ui/', projectUrl, instanceUrl]) {
    await open(url)
    await page.locator('button', { hasText: 'CSV' }).waitFor()
    t.equal(await page.locator('button:enabled', { hasText: /CSV|PNG/ }).count(), 0, url)
  }
})

const busy = /^The service accepts no more requests for now\. Next read in \d+ s\./
const unreachable = /^The service cannot be reached\. What you see is from \d+:\d\d:\d\d/
const failures: Array<[name: string, answer: (route: Route) => Promise<void>, line: RegExp]> = [
  ['429', problem(429, { 'retry-after': '60' }), busy],
  ['503', problem(503, { 'retry-after': '60' }), busy],
  ['502', problem(502), unreachable],
  ['504', problem(504), unreachable],
  ['no response', (route) => route.abort(), unreachable],
  ['500', problem(500), /^Reading failed: Something failed\./]
]

t.test('shows the former data while reads fail, and the reason', { skip }, async (t) => {
  const { page, open } = await startPage(t)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(projectUrl)
  await page.locator('.instances tbody td').first().waitFor()
  for (const [name, answer, line] of failures) {
    await page.route('**/v1/**', answer)
    await refresh(page)
    await page.locator('.trouble:not(.own)').waitFor()
    t.match(await lines(page), [line], name)
    t.ok(await page.locator('.instances tbody td').count() > 0, 'data stay')
    t.equal(await page.locator('.fresh.failing').count(), 1, name)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      t.same(await findViolations(page), [], `${name} ${colorScheme}`)
    }
    if (name !== 'no response') {
      await page.locator('.trouble .copy').click()
      t.equal(await page.evaluate(() => navigator.clipboard.readText()), 'req-test', name)
    }
    await page.unroute('**/v1/**')
    await page.locator('.trouble button', { hasText: 'Try again' }).click()
    await gone(page)
  }

  await page.context().setOffline(true)
  await refresh(page)
  await page.locator('.trouble:not(.own)').waitFor()
  t.match(await lines(page), [unreachable])
  await page.context().setOffline(false)
  await gone(page)
})

t.test('names a failing read in its own section, if others succeed', { skip }, async (t) => {
  const { page, open } = await startPage(t)
  const cases: Array<[url: string, read: string, section: string, others: string]> = [
    [projectUrl, '**/instances/usages?*', '.trouble.own', '.instances tbody td'],
    [projectUrl, '**/summary', '.trouble.own', '.instances tbody td'],
    [projectUrl, '**/instances?*', '.trouble.own', '.tile .figures b'],
    [instanceUrl, '**/v1/openstack/instances/*', '.trouble.own', '.chart canvas'],
    [instanceUrl, '**/usages?*', '.trouble.own', '.facts dd'],
    ['/ui/', '**/top?by=memoryUsage', '.busiest .card:nth-child(2)', '.projects tbody td']
  ]
  for (const [url, read, section, others] of cases) {
    await page.route(read, problem(503, { 'retry-after': '60' }))
    await open(url)
    const retry = page.locator(`${section} button`, { hasText: 'Try again' })
    await retry.waitFor()
    await page.locator(others).first().waitFor()
    t.equal(await page.locator('.trouble:not(.own)').count(), 0, `${url} ${read}`)
    t.same(await findViolations(page), [], `${url} ${read}`)
    await page.unroute(read)
    await retry.click()
    await retry.waitFor({ state: 'detached' })
  }
})

t.test('leads back from missing and from forbidden screens', { skip }, async (t) => {
  const { page, open } = await startPage(t)
  const missing = {
    '/ui/projects/none': /^There is no such project, or you may not see it\./,
    '/ui/instances/none': /^There is no such instance, or you may not see it\./,
    '/ui/nothing/here': /^There is no such page\./
  }
  for (const [path, sentence] of Object.entries(missing)) {
    await open(path)
    await page.locator('.missing').waitFor()
    t.match(await textsOf(page, '.missing'), [sentence], path)
    t.same(await findViolations(page), [], path)
    await page.locator('.missing a').click()
    await page.locator('.projects tbody td').first().waitFor()
  }
  await page.route('**/v1/**', problem(403))
  await open(projectUrl)
  await page.locator('.trouble:not(.own)').waitFor()
  t.match(await lines(page), [/^You may not see this\./])
})

t.test('marks data that were old when they arrived', { skip }, async (t) => {
  const { page, open } = await startPage(t)
  await page.route('**/summary', async (route) => {
    const response = await route.fetch()
    const headers = { ...response.headers(), age: '200', 'cache-control': 'max-age=30' }
    await route.fulfill({ response, headers })
  })
  await open('/ui/')
  await page.locator('.fresh.old').waitFor()
  t.match(await textsOf(page, '.fresh'), ['From 3 min ago'])
})

t.test('reads again by the clock, while somebody can see it', { skip }, async (t) => {
  const { page, open, requests, idle } = await startPage(t)
  const reads = () => requests.splice(0).filter((url) => url.endsWith('/summary')).length
  /** Lets time pass, and the reads that it started end. */
  const pass = async (seconds: number) => {
    await page.clock.runFor(seconds * 1000)
    await idle()
    return reads()
  }
  const show = (hidden: boolean) => page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
  await page.clock.install()
  await open('/ui/')
  await page.locator('.projects tbody td').first().waitFor()
  await idle()
  t.equal(reads(), 1)
  // From here on the page's time passes only as the test lets it, and begins with a read.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000))
  await refresh(page)
  await idle()
  t.equal(reads(), 1)
  t.equal(await pass(29), 0)
  t.equal(await pass(4), 1, 'after 30 s')
  await page.locator('.top select').selectOption({ label: '5 min' })
  t.equal(await pass(200), 0)
  t.equal(await pass(110), 1, 'after 5 min')
  await show(true)
  t.equal(await pass(700), 0, 'none while nobody sees it')
  await show(false)
  t.equal(await pass(1), 1, 'at once when it is seen again')
  await page.locator('.top select').selectOption({ label: 'Off' })
  t.equal(await pass(3600), 0)
  t.match(page.url(), /refresh=0/)
  await refresh(page)
  t.equal(await pass(1), 1)
})
