import { chromium } from 'playwright-core'
import type { CDPSession, Page } from 'playwright-core'
import { adminInstanceId, adminProjectId } from '#simulator/seed.js'
import { args, executablePath } from '#test/support/browser.js'
import { residentMbOf } from '../process.js'
import { startService } from '../server.js'
import { median } from '../statistics.js'
import { formatNumber } from '../table.js'
import type { Line } from '../table.js'
import type { Row } from '../upstreams.js'

interface Action {
  measures: string
  /** How often `act` does it; once unless set. */
  times?: number
  maxMs: number
  path: string
  /** Selector of an element that is there before the action. */
  ready: string
  /** @param n the round, for actions that have two directions */
  act: (page: Page, n: number) => Promise<void>
}

const projectPath = `/ui/projects/${adminProjectId}`
const moves = 20

/** Frequent actions of users, with the processor time that each may take. */
const actions: Action[] = [
  {
    measures: 'a sort of 1,000 projects',
    maxMs: 200,
    path: '/ui/',
    ready: '.projects tbody td',
    act: async (page, n) => { await page.locator('.projects .sort').nth(n % 2).click() }
  },
  {
    measures: 'a key in the filter of 1,000 projects',
    maxMs: 100,
    path: '/ui/',
    ready: '.projects tbody td',
    act: async (page, n) => {
      await page.locator('.controls .filter').press(n % 2 === 0 ? 'a' : 'Backspace')
    }
  },
  {
    measures: 'six charts of an hour, when an instance opens',
    maxMs: 250,
    path: `${projectPath}?q=&sort=name`,
    ready: `a[href*="${adminInstanceId}"]`,
    act: async (page) => {
      await page.locator(`a[href*="${adminInstanceId}"]`).click()
      await page.locator('.chart canvas').nth(5).waitFor()
    }
  },
  {
    measures: 'a move of the cursor over six charts',
    times: moves,
    maxMs: 10,
    path: `${projectPath}/instances/${adminInstanceId}`,
    ready: '.chart canvas',
    act: async (page) => {
      const { x, y } = (await page.locator('.chart .u-over').first().boundingBox())!
      for (let n = 0; n < moves; n++) await page.mouse.move(x + 40 + 10 * n, y + 40)
    }
  }
]

/** The processor time of the page's scripts, styles and layouts, in a real Chromium. */
export const page: Row = async (upstreams, { rounds }) => {
  if (executablePath === undefined) throw new Error('no chromium: put it on the PATH, or set CHROMIUM')
  const cloud = await upstreams.largeCloud()
  const service = await startService(cloud.env)
  const browser = await chromium.launch({ executablePath, args })
  const lines: Line[] = []
  for (const { measures, times = 1, maxMs, path, ready, act } of actions) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    const spentTimes: number[] = []
    for (let round = 0; round <= rounds * 2; round++) {
      // An action that leads to another screen starts anew.
      if (!page.url().endsWith(path)) await page.goto(service.origin + path)
      await page.locator(ready).first().waitFor()
      await settle(page)
      const before = await spentMs(session)
      await act(page, round)
      await settle(page)
      const ms = await spentMs(session) - before
      // The first round compiles the scripts, and does not count.
      if (round > 0) spentTimes.push(ms / times)
    }
    const spent = median(spentTimes)
    lines.push({
      row: 'U',
      measures: `the page: ${measures}`,
      against: '',
      target: `≤ ${maxMs} ms of processor time`,
      measured: `${formatNumber(spent)} ms`,
      targetMet: spent <= maxMs,
      service: {},
      residentMb: residentMbOf(service.pid),
      notes: [`Chromium ${browser.version()}; script, style and layout, the median of ${spentTimes.length}`]
    })
    await context.close()
  }
  await browser.close()
  await service.close()
  return lines
}

/** Waits until the page has drawn what is due, and its reads have ended. */
async function settle (page: Page) {
  await page.waitForLoadState('networkidle')
  // As text: the types of the browser are not those of a program of Node.js.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
}

/** The processor time of the page's thread so far. Source: Chrome DevTools Protocol, `Performance`. */
async function spentMs (session: CDPSession) {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics
    .filter(({ name }) => ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].includes(name))
    .reduce((sum, { value }) => sum + value * 1000, 0)
}
