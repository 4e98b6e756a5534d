import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Page } from 'playwright-core'
import { createSealer } from '#lib/auth/sealed.js'
import { createSessionCookies } from '#lib/auth/session-cookies.js'
import { openPage, skip } from '#test/support/browser.js'
import { buildPage } from '#test/support/page.js'
import { textsOf } from '#test/support/screens.js'
import { field, signedIn, signIn, submit, userOf } from '#test/support/sign-in-screen.js'
import { build } from './cloud.js'
import { applicationCredential, createUser, isValid, login, onProject, password } from './keystone.js'

await buildPage()
const key = randomBytes(32)
const app = await build(t, {
  OS_CLOUD: 'admin', AUTH: 'keystone', TOKEN_CACHE_TIME: '1s', SESSION_KEY: key.toString('base64url')
})
const origin = await app.listen({ host: '127.0.0.1', port: 0 })

/** The tokens in the session's cookie, which only its key opens. */
async function tokensOf (page: Page) {
  const [cookie] = await page.context().cookies()
  const cookies = createSessionCookies(createSealer([key], Date.now), Date.now)
  const { token, base = token } = (await cookies.session(`${cookie!.name}=${cookie!.value}`))!
  return [token, base]
}
const projectNames = async (page: Page) => {
  await signedIn(page)
  return (await textsOf(page, '.projects tbody th a')).sort()
}
const open = async (page: Page) => {
  await page.goto(`${origin}/ui/`)
  await page.locator('.sign-in').waitFor()
}
async function signOut (page: Page) {
  await page.locator('.user summary').click()
  await page.getByText('Sign out').click()
  await page.locator('.sign-in').waitFor()
  t.same(await page.context().cookies(), [])
}

t.test('a user signs in with a password, and changes the scope', { skip }, async (t) => {
  const { page } = await openPage(t)
  await open(page)
  await signIn(page, { user: 'demo', password: 'wrong' })
  await page.locator('.failed', { hasText: 'Signing in failed' }).waitFor()
  await signIn(page, { user: 'demo', password })
  t.same(await projectNames(page), ['demo'])
  t.same(await userOf(page), ['demo demo'])
  const tokens = await tokensOf(page)
  t.same(await Promise.all(tokens.map(isValid)), [true, true])
  await signOut(page)
  t.same(await Promise.all(tokens.map(isValid)), [false, false], 'signing out revokes them')

  await signIn(page, { user: 'admin', password })
  t.ok((await projectNames(page)).length >= 6)
  await page.locator('.user summary').click()
  await page.locator('.user li').nth(5).waitFor()
  t.match(await textsOf(page, '.user li'), [
    'System', /^admin Project$/, /^batch /, /^demo /, /^idle /, /^web /
  ])
  const [former, base] = await tokensOf(page)
  await page.locator('.user li button', { hasText: 'System' }).click()
  await page.waitForFunction(() => /System/.test(document.querySelector('.user summary')?.textContent ?? ''))
  t.same([await isValid(former!), await isValid(base!)], [false, true], 'the former scope is revoked')
  t.ok((await projectNames(page)).length >= 6)
  await signOut(page)
})

t.test('a user signs in with an application credential', { skip }, async (t) => {
  const { id, secret } = await applicationCredential(t, 'demo')
  const { page } = await openPage(t)
  await open(page)
  await page.getByText('Application credential').click()
  await signIn(page, { id, secret })
  t.same(await projectNames(page), ['demo'])
  await signOut(page)
})

t.test('a user signs in with a token, which stays valid after signing out', { skip }, async (t) => {
  const token = await login('demo', onProject('demo'))
  const { page } = await openPage(t)
  await open(page)
  await page.getByText('Token', { exact: true }).click()
  await field(page, 'token').fill(token)
  await submit(page)
  t.same(await projectNames(page), ['demo'])
  await signOut(page)
  t.equal(await isValid(token), true)
})

t.test('a session ends when the user loses the role, or signs out', { skip }, async (t) => {
  const user = await createUser(t)
  await user.changeRole('PUT', user.onProject('demo'), 'member')
  await user.changeRole('PUT', user.onProject('web'), 'reader')
  const { page } = await openPage(t)
  await open(page)
  await signIn(page, { user: user.name, password })
  t.same(await projectNames(page), ['demo'])
  await user.changeRole('DELETE', user.onProject('demo'), 'member')
  await sleep(1500)
  await page.locator('.top .square').first().click()
  await page.locator('.sign-in').waitFor()
  await signIn(page, { user: user.name, password })
  t.same(await projectNames(page), ['web'])
  await signOut(page)
})
