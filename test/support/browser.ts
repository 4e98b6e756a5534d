import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'

/** Without a sandbox, because containers run tests as root; and without the browser's own network traffic. */
export const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'
]

export const executablePath = findChromium()
if (executablePath === undefined && process.env.REQUIRE_CHROMIUM === '1') {
  throw new Error('REQUIRE_CHROMIUM=1, but there is no chromium on the PATH')
}

/** The reason to skip a test that needs a browser, or false. */
export const skip = executablePath === undefined &&
  'needs chromium: put it on the PATH, or set CHROMIUM to its path'

/**
 * Opens an empty page in a new browser, which closes when the test ends.
 * @returns the page, the URLs that it requests, and the errors of its scripts, its console and its requests
 */
export async function openPage (t: Test): Promise<{ page: Page, requests: string[], errors: string[] }> {
  const browser = await chromium.launch({ executablePath, args })
  t.teardown(() => browser.close())
  const page = await (await browser.newContext()).newPage()
  const requests: string[] = []
  const errors: string[] = []
  page.on('request', (request) => { requests.push(request.url()) })
  page.on('requestfailed', (request) => { errors.push(`${request.url()} failed`) })
  page.on('pageerror', ({ message }) => { errors.push(message) })
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()) })
  return { page, requests, errors }
}

/** The path of an installed Chromium. None is ever downloaded. */
function findChromium () {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const candidates = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((folder) => join(folder, name)))
  return [process.env.CHROMIUM ?? [], candidates].flat().find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
