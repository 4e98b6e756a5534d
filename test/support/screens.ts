import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { openPage } from './browser.js'
import { buildPage } from './page.js'
import { startService } from './service.js'
import type { ServiceOptions } from './service.js'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Violation { id: string, nodes: Array<{ html: string }> }

/**
 * The accessibility rules that a page breaks. The tool arrives by the browser's debugger: the page's policy
 * would stop it otherwise.
 */
export async function findViolations (page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: axeSource })
  const { result: { value } } = await session.send('Runtime.evaluate', {
    expression: `axe.run({ runOnly: ${JSON.stringify(rules)} })
      .then(({ violations }) => JSON.stringify(violations))`,
    awaitPromise: true,
    returnByValue: true
  })
  await session.detach()
  return (JSON.parse(value) as Violation[]).map(({ id, nodes }) =>
    `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

/**
 * Opens an empty page that records violations of its policy as well. `idle` waits until the page has no
 * request in flight.
 */
async function openScreens (t: Test) {
  const opened = await openPage(t)
  let inFlight = 0
  opened.page.on('request', () => { inFlight++ })
  opened.page.on('requestfinished', () => { inFlight-- })
  opened.page.on('requestfailed', () => { inFlight-- })
  const idle = async () => {
    for (let quiet = 0; quiet < 3; quiet = inFlight === 0 ? quiet + 1 : 0) {
      await sleep(50)
      // It runs after all that the page has already to do.
      await opened.page.evaluate(() => undefined)
    }
  }
  await opened.page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`policy violated: ${violatedDirective} ${blockedURI}`))
  })
  return { ...opened, idle }
}

/** Starts the service with its page over a small cloud, and opens a window on it. */
export async function startPage (t: Test, options: ServiceOptions = {}) {
  await buildPage()
  const { app, simulator } = await startService(t, { projects: 60, instances: 200, ...options })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const opened = await openScreens(t)
  await opened.page.setViewportSize({ width: 1440, height: 900 })
  const get = async <T>(url: string, headers?: Record<string, string>) =>
    (await app.inject({ url: `/v1/openstack${url}`, headers })).json() as T
  const open = (path: string) => opened.page.goto(`${origin}${path}`)
  return { ...opened, app, simulator, origin, get, open }
}

/** The texts of all elements that a selector finds, with single spaces. */
export const textsOf = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((nodes) =>
    nodes.map((node) => node.textContent!.replaceAll(/\s+/g, ' ').trim()))
