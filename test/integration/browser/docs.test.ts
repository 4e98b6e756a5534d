import t from 'tap'
import { openPage, skip } from '#test/support/browser.js'
import { startService } from '#test/support/service.js'
import type { Document } from '#test/support/openapi-contract.js'

t.test('shows the operations, tries them out, and contacts no other server', { skip }, async (t) => {
  const { app } = await startService(t)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { page, requests, errors } = await openPage(t)
  await page.goto(`${url}/docs`)
  await page.locator('.opblock').first().waitFor()

  const { paths }: Document = (await app.inject('/openapi.json')).json()
  const shown = await page.locator('.opblock-summary-path, .opblock-summary-path__deprecated')
    .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-path')))
  t.same(shown.sort(), Object.keys(paths).sort())
  t.equal(await page.title(), 'OpenStack monitoring API')

  for (const operation of ['projects-listProjectSummaries', 'projects-listInstances', 'usage-getCpuUsage']) {
    const block = page.locator(`#operations-${operation}`)
    await block.locator('.opblock-summary').click()
    await block.locator('.try-out__btn').click()
    await block.locator('.execute').click()
    const status = block.locator('.live-responses-table .response .response-col_status')
    t.equal(await status.innerText(), '200', operation)
  }

  t.ok(requests.length > 5)
  t.same(requests.filter((other) => !other.startsWith(`${url}/`) && !other.startsWith('data:')), [])
  t.same(errors, [])
})

t.test('runs no injected script, and cannot be framed by another page', { skip }, async (t) => {
  const { app } = await startService(t)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { page, errors } = await openPage(t)
  await page.goto(`${url}/docs`)
  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.body.append(script)
  })
  t.equal(await page.evaluate(() => 'injected' in window), false)
  t.match(errors.join(), /Content Security Policy/)

  await page.goto('data:text/html,<iframe>')
  await page.locator('iframe').evaluate((frame, src) => new Promise((resolve) => {
    frame.onload = resolve
    frame.setAttribute('src', src)
  }), `${url}/docs`)
  t.ok(errors.includes(`${url}/docs failed`))
})
