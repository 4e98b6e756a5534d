import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'

/** Without a sandbox, because containers run tests as root; and with nothing of a browser that asks anyone anything. */
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']

const executablePath = findChromium()
if (executablePath === undefined && process.env.REQUIRE_CHROMIUM === '1') throw new Error('REQUIRE_CHROMIUM=1, but there is no chromium on the PATH')

/** Why a test that needs a browser is skipped, if it is. */
export const skip = executablePath === undefined && 'needs chromium: put it on the PATH, or name it in CHROMIUM'

/** An empty page, with what it asks for and what goes wrong in it; ended with the test. */
export async function openPage (t: Test): Promise<{ page: Page, requests: string[], complaints: string[] }> {
  const browser = await chromium.launch({ executablePath, args })
  t.teardown(() => browser.close())
  const page = await browser.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => { requests.push(request.url()) })
  page.on('requestfailed', (request) => { complaints.push(`${request.url()} failed`) })
  page.on('pageerror', ({ message }) => { complaints.push(message) })
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
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
