import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import t from 'tap'
import type { Test } from 'tap'
import { startService } from '../service.js'
import type { Document } from './contract.js'

t.setTimeout(120_000)

/** Without a sandbox, because containers run tests as root; and with nothing of a browser that asks anyone anything. */
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']

const executablePath = findChromium()
if (executablePath === undefined && process.env.REQUIRE_CHROMIUM === '1') throw new Error('REQUIRE_CHROMIUM=1, but there is no chromium on the PATH')
const skip = executablePath === undefined && 'needs chromium: put it on the PATH, or name it in CHROMIUM'

t.test('shows the operations, lets one be tried out, and asks nobody else', { skip }, async (t) => {
  const { app } = await startService(t)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { page, requests, complaints } = await openPage(t, `${url}/docs`)

  const { paths }: Document = (await app.inject('/openapi.json')).json()
  const shown = await page.locator('.opblock-summary-path, .opblock-summary-path__deprecated').evaluateAll((nodes) =>
    nodes.map((node) => node.getAttribute('data-path')))
  t.same(shown.sort(), Object.keys(paths).sort())
  t.equal(await page.title(), 'OpenStack monitoring API')

  for (const operation of ['projects-listProjectSummaries', 'projects-listInstances', 'usage-getCpuUsage']) {
    const block = page.locator(`#operations-${operation}`)
    await block.locator('.opblock-summary').click()
    await block.locator('.try-out__btn').click()
    await block.locator('.execute').click()
    t.equal(await block.locator('.live-responses-table .response .response-col_status').innerText(), '200', operation)
  }

  t.ok(requests.length > 5)
  t.same(requests.filter((asked) => !asked.startsWith(`${url}/`) && !asked.startsWith('data:')), [])
  t.same(complaints, [])
})

/** A page that has been loaded until it shows an operation; with what it asked for, and what went wrong in it. */
async function openPage (t: Test, url: string): Promise<{ page: Page, requests: string[], complaints: string[] }> {
  const browser = await chromium.launch({ executablePath, args })
  t.teardown(() => browser.close())
  const page = await browser.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => { requests.push(request.url()) })
  page.on('requestfailed', (request) => { complaints.push(`${request.url()} failed`) })
  page.on('pageerror', ({ message }) => { complaints.push(message) })
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
  await page.goto(url)
  await page.locator('.opblock').first().waitFor()
  return { page, requests, complaints }
}

/** A Chromium of this machine. None is ever downloaded. */
function findChromium () {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const candidates = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name)))
  return [process.env.CHROMIUM ?? [], candidates].flat().find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
