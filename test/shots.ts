import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { buildApp } from '#app.js'
import { startDemoCloud } from '#simulator/demo-cloud.js'
import type { DemoOptions } from '#simulator/demo-cloud.js'
import { adminInstanceId, adminProjectId } from '#simulator/seed.js'
import { args, executablePath } from '#test/support/browser.js'
import { buildPage } from '#test/support/page.js'
import { root } from '#test/support/root.js'

// Takes pictures of every screen of the page, in each theme, language and width, for somebody to look at.
// Arguments: the folder, `.cache/shots` by default, and a part of the pictures' names to take only those.
const [folder = join(root, '.cache/shots'), only = ''] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })

await buildPage()

/** Starts the service over the demo's cloud, and returns its origin. */
async function start (options: DemoOptions, env: Record<string, string> = {}) {
  const simulator = await startDemoCloud(options)
  const app = await buildApp({ env: { ...simulator.env, OVERLOAD_DELAY: '0', ...env } })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  return { origin, simulator, close: () => Promise.all([app.close(), simulator.close()]) }
}
const services = {
  large: await start({ large: true }),
  partial: await start({ trouble: true }),
  signIn: await start({}, { AUTH: 'keystone', WEBSSO: 'Company=openid' })
}
const { projects } = services.large.simulator.cloud
const project = [...projects.values()].sort((a, b) => b.used.instances - a.used.instances)[0]!.id
const korean = [...projects.values()].find(({ name }) => /^[가-힣]/.test(name))!.id

interface Screen {
  path: string
  service?: keyof typeof services
  ready: string
  act?: (page: Page) => Promise<void>
}

const charts = '.chart .u-wrap'
const screens: Record<string, Screen> = {
  projects: { path: '/ui/', ready: '.projects tbody td' },
  near: { path: '/ui/?show=near&sort=name', ready: '.projects tbody td' },
  partial: { path: '/ui/', service: 'partial', ready: '.projects tbody td' },
  'sign-in': { path: '/ui/', service: 'signIn', ready: '.sign-in' },
  korean: { path: `/ui/projects/${korean}`, ready: '.instances tbody td .value' },
  project: { path: `/ui/projects/${project}`, ready: '.instances tbody td .value' },
  instance: { path: `/ui/projects/${adminProjectId}/instances/${adminInstanceId}?range=6h`, ready: charts },
  gap: {
    path: `/ui/projects/${adminProjectId}/instances/${adminInstanceId}`,
    ready: charts,
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
      for (const [name, { path, service = 'large', ready, act }] of Object.entries(screens)) {
        const shot = `${name}-${width}-${theme}-${lang}`
        if (!shot.includes(only)) continue
        const page = await context.newPage()
        page.on('console', (message) => { if (message.type() === 'error') console.log(shot, message.text()) })
        page.on('pageerror', (err) => console.log(shot, err.message))
        await page.goto(`${services[service].origin}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
        const shown = page.locator(ready).first().waitFor({ timeout: 20_000 })
        await shown.catch((err) => console.log(shot, err.message))
        await page.waitForLoadState('networkidle')
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
await Promise.all(Object.values(services).map(({ close }) => close()))
