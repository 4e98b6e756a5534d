import type { Page } from 'playwright-core'
import t from 'tap'
import { skip } from '#test/support/browser.js'
import { startPage, textsOf } from '#test/support/screens.js'

/** Presses Tab until an element that a selector finds has the focus. @throws where none gets it */
async function tabTo (page: Page, selector: string) {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((selector) => document.activeElement!.matches(selector), selector)) return
  }
  throw new Error(`Tab does not lead to ${selector}`)
}
const focused = (page: Page) => page.evaluate(() => document.activeElement!.textContent)

t.test('does every task by keyboard alone', { skip }, async (t) => {
  const { page, open, errors } = await startPage(t)
  await open('/ui/')
  await page.locator('.projects tbody td').first().waitFor()
  await page.keyboard.press('Tab')
  t.equal(await focused(page), 'Skip to the content')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  t.ok(await page.evaluate(() => document.activeElement!.closest('main') !== null))

  await tabTo(page, '.controls .filter')
  await page.keyboard.type('demo')
  await page.waitForFunction(() => document.querySelectorAll('.projects tbody tr').length === 1)
  await tabTo(page, '.chips .near')
  await page.keyboard.press('Enter')
  await page.waitForURL(/show=near/)
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Space')
  await page.waitForURL((url) => !url.searchParams.has('show'))
  await tabTo(page, '.projects .sort')
  await page.keyboard.press('Enter')
  await page.waitForURL(/sort=name/)
  t.same(await textsOf(page, '[aria-sort=ascending]'), ['Name ↑'])
  await page.locator('[role=status]', { hasText: '1 project, sorted by Name, ascending' }).waitFor()
  await tabTo(page, '.projects tbody a')
  await page.keyboard.press('Enter')
  await page.locator('.instances tbody td').first().waitFor()
  await tabTo(page, '.controls select')
  await page.keyboard.press('ArrowDown')
  await page.waitForURL(/state=/)

  await page.keyboard.press('Escape')
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await page.keyboard.press('/')
  await page.keyboard.type('kafka')
  await page.locator('.found li').first().waitFor()
  const second = await page.locator('.found li').nth(1).locator('b').textContent()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.locator('.chart canvas').nth(5).waitFor()
  t.match(await textsOf(page, '.facts h1'), [new RegExp(`^${second}`)])
  await page.locator('.search input').focus()
  await page.keyboard.type('none-of-these')
  await page.locator('.found p', { hasText: 'No instance matches.' }).waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.found').waitFor({ state: 'detached' })

  await tabTo(page, '.toolbar .segments button:nth-child(3)')
  await page.keyboard.press('Enter')
  await page.waitForURL(/range=3h/)
  await tabTo(page, '.own summary')
  await page.keyboard.press('Enter')
  await tabTo(page, '.own input')
  await page.keyboard.press('Escape')
  t.equal(await page.locator('.own[open]').count(), 0)
  t.equal(await page.evaluate(() => document.activeElement!.tagName), 'SUMMARY')
  await page.keyboard.press('Enter')
  await page.locator('.own[open]').waitFor()
  await tabTo(page, '.plot')
  t.equal(await page.locator('.own[open]').count(), 0, 'the form closes where the focus leaves it')
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await page.locator('[aria-live]', { hasText: /%/ }).first().waitFor({ state: 'attached' })
  t.ok((await page.locator('.toolbar .time').textContent())!.length > 10)
  t.same(errors, [])
})

t.test('a search that fails does not say that nothing matches', { skip }, async (t) => {
  const { page, open } = await startPage(t)
  await open('/ui/')
  await page.route('**/v1/openstack/instances?*', (route) => route.fulfill({ status: 503 }))
  await page.locator('.search input').fill('demo')
  await page.locator('.found p', { hasText: 'Cannot be read now' }).waitFor()
})
