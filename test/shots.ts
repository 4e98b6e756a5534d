import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Page, Route } from 'playwright-core'
import { buildApp } from '#app.js'
import { adminInstanceId, adminProjectId } from '#simulator/seed.js'
import { startSimulator } from '#simulator/simulator.js'
import { args, executablePath } from '#test/support/browser.js'
import { buildPage } from '#test/support/page.js'
import { root } from '#test/support/root.js'

// Takes pictures of every screen of the page, in each theme, language and width, for somebody to look at.
// Arguments: the folder, `.cache/shots` by default, and a part of the pictures' names to take only those.
const [folder = join(root, '.cache/shots'), only = ''] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })

const simulator = await startSimulator({ projects: 1000, instances: 10_000 })
// Some projects near their limits, as in a real cloud.
for (const [n, { limits, used }] of [...simulator.cloud.projects.values()].entries()) {
  if (n < 3 || n % 5 !== 0) continue
  const resources = Object.keys(limits) as Array<keyof typeof limits>
  const resource = resources[(n / 5) % resources.length]!
  if (used[resource] > 4) limits[resource] = Math.round(used[resource] / (0.8 + (n % 30) / 100))
}
await buildPage()
const app = await buildApp({ env: { ...simulator.env, OVERLOAD_DELAY: '0' } })
const origin = await app.listen({ host: '127.0.0.1', port: 0 })
const bySize = [...simulator.cloud.projects.values()].sort((a, b) => b.used.instances - a.used.instances)
const project = bySize[0]!.id

interface Screen {
  path: string
  ready: string
  prepare?: (page: Page) => Promise<void>
  act?: (page: Page) => Promise<void>
}

/** Cuts a hole into the series, and leaves a single bucket in it. */
async function cutGap (page: Page) {
  await page.route('**/usages?*', async (route: Route) => {
    const response = await route.fetch()
    const body = await response.json()
    for (const { series } of body.usages ?? []) {
      for (const { values } of series) {
        const [from, to] = [Math.floor(values.length * 0.3), Math.floor(values.length * 0.37)]
        for (let n = from; n < to; n++) if (n !== from + 12) values[n] = null
      }
    }
    await route.fulfill({ response, json: body })
  })
}

const charts = '.chart .u-wrap'
const screens: Record<string, Screen> = {
  projects: { path: '/ui/', ready: '.busiest li' },
  near: { path: '/ui/?show=near&sort=name', ready: '.projects tbody td' },
  project: { path: `/ui/projects/${project}`, ready: '.instances tbody td .value' },
  instance: { path: `/ui/projects/${adminProjectId}/instances/${adminInstanceId}?range=6h`, ready: charts },
  gap: {
    path: `/ui/projects/${adminProjectId}/instances/${adminInstanceId}?range=6h`,
    ready: charts,
    prepare: cutGap,
    act: async (page) => { await page.locator('.chart .plot').nth(2).hover({ position: { x: 330, y: 60 } }) }
  },
  table: {
    path: `/ui/projects/${adminProjectId}/instances/${adminInstanceId}?range=15m&table=1`,
    ready: '.numbers th',
    act: async (page) => { await page.locator('.own summary').click() }
  },
  missing: { path: '/ui/projects/none', ready: '.missing' }
}
const widths = { wide: [1440, 900], narrow: [1024, 768], phone: [390, 844] } as const

const browser = await chromium.launch({ executablePath, args })
for (const [width, [w, h]] of Object.entries(widths)) {
  for (const theme of ['light', 'dark'] as const) {
    for (const lang of ['en', 'ko']) {
      const context = await browser.newContext({ viewport: { width: w, height: h }, colorScheme: theme })
      for (const [name, { path, ready, prepare, act }] of Object.entries(screens)) {
        const shot = `${name}-${width}-${theme}-${lang}`
        if (!shot.includes(only)) continue
        const page = await context.newPage()
        page.on('console', (message) => { if (message.type() === 'error') console.log(shot, message.text()) })
        page.on('pageerror', (err) => console.log(shot, err.message))
        await prepare?.(page)
        await page.goto(`${origin}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
        const shown = page.locator(ready).first().waitFor({ timeout: 20_000 })
        await shown.catch((err) => console.log(shot, err.message))
        await act?.(page)
        await page.waitForTimeout(300)
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (overflow > 0) console.log(shot, `is ${overflow} px too wide`)
        await page.screenshot({ path: join(folder, `${shot}.png`) })
        await page.close()
      }
      await context.close()
    }
  }
}
await browser.close()
await app.close()
await simulator.close()
