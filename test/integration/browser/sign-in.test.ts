import t from 'tap'
import type { Test } from 'tap'
import type { Page } from 'playwright-core'
import { demoProjectId } from '#simulator/seed.js'
import { demoCredential, passcode, password } from '#simulator/users.js'
import { skip } from '#test/support/browser.js'
import { findViolations, startPage, textsOf } from '#test/support/screens.js'
import { cookieName } from '#test/support/session-client.js'
import { field, signedIn, signIn, submit, userOf as user } from '#test/support/sign-in-screen.js'
import { byPassword, logIn, onProject } from '#test/support/simulator-client.js'

/** Starts the page of a service that wants its users to sign in. */
async function start (t: Test, env: Record<string, string> = {}) {
  const started = await startPage(t, {
    env: { AUTH: 'keystone', CACHE: 'on', EXCLUDE_DOMAINS: 'none', WEBSSO: 'Company=openid', ...env }
  })
  const { page, simulator, origin } = started
  const bodies: Array<Promise<string>> = []
  page.on('response', (response) => {
    // A page that is left meanwhile has no body any more. Keystone's own page has the token in its form.
    if (response.url().startsWith(origin)) bodies.push(response.text().catch(() => ''))
  })

  /** All texts that scripts and responses can show, beside the cookie. */
  const visible = async () => [
    ...await page.evaluate(() => [document.cookie, ...Object.values({ ...localStorage, ...sessionStorage })]),
    page.url(), ...await Promise.all(bodies)
  ].join('\n')
  /** The tokens that Keystone has issued for users. */
  const tokens = () => [...simulator.tokens.keys()]
  return { ...started, visible, tokens }
}

/** Each way to sign in, as the user demo or as one with a second factor. */
const methods: Record<string, (page: Page, keystone: string) => Promise<void>> = {
  password: async (page) => { await signIn(page, { user: 'demo', password }) },
  'application credential': async (page) => {
    await page.getByText('Application credential').click()
    await field(page, 'id').fill(demoCredential.id)
    await field(page, 'secret').fill(demoCredential.secret)
    await submit(page)
  },
  token: async (page, keystone) => {
    await page.getByText('Token', { exact: true }).click()
    const { id } = await logIn(keystone, { ...byPassword('demo'), ...onProject('demo') })
    await field(page, 'token').fill(id)
    await submit(page)
  },
  'password and one-time code': async (page) => {
    await signIn(page, { user: 'factors', password })
    await field(page, 'passcode').fill(passcode)
    await submit(page)
  },
  'single sign-on': async (page) => { await page.getByText('Sign in with Company').click() }
}

t.test('signs in by each method, and shows no token to any script', { skip }, async (t) => {
  const { page, open, get, simulator, visible, tokens } = await start(t)
  for (const [name, enter] of Object.entries(methods)) {
    await open('/ui/?sort=name')
    await page.locator('.sign-in').waitFor()
    await enter(page, simulator.env.OS_AUTH_URL!)
    await signedIn(page)
    t.match(await user(page), [/^(demo|factors) demo$/], name)
    t.match((await textsOf(page, '.projects tbody th a')), ['demo'], name)
    const [cookie, ...others] = await page.context().cookies()
    t.match(cookie, { name: cookieName, httpOnly: true, secure: true, sameSite: 'Strict' }, name)
    t.same(others, [], name)

    const text = await visible()
    t.ok(text.length > 10_000 && tokens().length > 0)
    t.notOk(text.includes(password), name)
    t.same(tokens().filter((token) => text.includes(token)), [], name)

    const { id } = await logIn(simulator.env.OS_AUTH_URL!, { ...byPassword('demo'), ...onProject('demo') })
    t.match(await get('/projects/summary', { 'x-auth-token': id }), [{ id: demoProjectId }])
    await page.locator('.user summary').click()
    await page.getByText('Sign out').click()
    await page.locator('.sign-in').waitFor()
    t.same(await page.context().cookies(), [], name)
  }
})

t.test('says why a sign-in fails', { skip }, async (t) => {
  const { page, open } = await start(t)
  await open('/ui/?signIn=failed')
  const failed = () => page.locator('.failed').textContent()
  await page.locator('.sign-in').waitFor()
  t.equal(await failed(), 'That did not work. Try again.')
  const reply = async (status: number, headers = {}, body = {}) => {
    await page.route('**/ui/session', (route) => route.fulfill({ status, headers, json: body }))
    await signIn(page, { user: 'demo', password })
    await page.locator('.primary:enabled').waitFor()
    const sentence = await failed()
    await page.unroute('**/ui/session')
    return sentence
  }
  t.equal(await reply(403), 'Signing in needs HTTPS.')
  t.equal(await reply(429, { 'retry-after': '17' }), 'Too many sign-ins from here. Try again in 17 s.')
  t.equal(await reply(503), 'Signing in does not work now. Try again later.')
  await page.route('**/ui/session', (route) => route.abort())
  await submit(page)
  await page.locator('.primary:enabled').waitFor()
  t.equal(await failed(), 'Signing in does not work now. Try again later.')
  await page.unroute('**/ui/session')
  await signIn(page, { user: 'demo', password: 'wrong' })
  await page.locator('.primary:enabled').waitFor()
  t.equal(await failed(), 'Signing in failed. Check what you typed.')
  await signIn(page, { user: 'demo', password })
  await signedIn(page)
  t.notMatch(page.url(), /signIn/)
})

t.test('changes the scope, in all tabs', { skip }, async (t) => {
  const { page, open } = await start(t)
  await open('/ui/')
  await signIn(page, { user: 'monitor', password })
  await signedIn(page)
  t.match(await user(page), ['monitor admin'])
  t.same(await textsOf(page, '.projects tbody th a'), ['admin'])
  const other = await page.context().newPage()
  await other.goto(page.url())
  await signedIn(other)

  await page.locator('.user summary').click()
  await page.locator('.user li').nth(2).waitFor()
  t.same(await textsOf(page, '.user li'), ['System', 'admin Project', 'demo Project'])
  t.same(await textsOf(page, '.user [aria-current]'), ['admin Project'])
  t.same(await findViolations(page), [])
  await page.locator('.user li button').last().click()
  for (const tab of [page, other]) {
    await tab.locator('.projects tbody a', { hasText: 'demo' }).waitFor()
    t.match(await user(tab), ['monitor demo'])
  }

  // This service lets a reader of the system see nothing.
  await page.locator('.user summary').click()
  await page.locator('.user li button').first().click()
  await page.locator('.trouble:not(.own)').waitFor()
  t.match(await textsOf(page, '.trouble'), [/^You may not see this\./])
  await page.route('**/ui/session/scope', (route) => route.fulfill({ status: 403, json: {} }))
  await page.locator('.user summary').click()
  await page.locator('.user li button').last().click()
  await page.locator('.user [role=status]', { hasText: 'That did not work' }).waitFor()
})

t.test('shows one user nothing that the browser cached for another', { skip }, async (t) => {
  const { page, open, origin } = await start(t)
  const names = async () => {
    await signedIn(page)
    return (await textsOf(page, '.projects tbody th a')).sort()
  }
  await open('/ui/')
  await signIn(page, { user: 'admin', password })
  t.ok((await names()).length > 9)
  await page.locator('.projects tbody a').first().click()
  await page.locator('.instances tbody td').first().waitFor()
  // Another user, in a tab that shows the first one's data.
  const other = await page.context().newPage()
  await other.goto(origin + '/ui/')
  await signedIn(other)
  await other.locator('.user summary').click()
  await other.getByText('Sign out').click()
  await page.locator('.sign-in').waitFor()
  t.equal(await page.getByText('demo', { exact: true }).count(), 0)
  await signIn(page, { user: 'demo', password })
  await page.locator('.missing').waitFor()
  await page.goBack()
  t.same(await names(), ['demo'])
  await other.locator('.projects tbody td').first().waitFor()
  t.match(await user(other), ['demo demo'])
  await page.reload()
  t.same(await names(), ['demo'])
})

t.test('asks for a sign-in when the session ends, and returns to the screen', { skip }, async (t) => {
  const { page, open, errors } = await start(t)
  const path = `/ui/projects/${demoProjectId}?sort=name`
  await open(path)
  await signIn(page, { user: 'demo', password })
  await page.locator('.instances tbody td').first().waitFor()
  t.same(errors, [])
  await page.context().clearCookies()
  await page.locator('.top .square').first().click()
  await page.locator('.sign-in').waitFor()
  t.ok(page.url().endsWith(path))
  await signIn(page, { user: 'demo', password })
  await page.locator('.instances tbody td').first().waitFor()
  t.ok(page.url().endsWith(path))
})

t.test('signs in by keyboard alone, without a known barrier', { skip }, async (t) => {
  const { page, open, errors } = await start(t)
  await open('/ui/')
  await page.locator('.sign-in').waitFor()
  for (const lang of ['en', 'ko']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await open(`/ui/?lang=${lang}`)
      await page.locator('.sign-in').waitFor()
      t.same(await findViolations(page), [], `${lang} ${colorScheme}`)
    }
    for (const width of [320, 390]) {
      await page.setViewportSize({ width, height: 800 })
      t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${lang} ${width}`)
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await open('/ui/?lang=en')
  await page.locator('.sign-in').waitFor()
  await page.keyboard.type('demo')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await signedIn(page)
  await page.locator('.user summary').focus()
  await page.keyboard.press('Enter')
  await page.locator('.user li').first().waitFor()
  for (const width of [320, 390, 1440]) {
    await page.setViewportSize({ width, height: 800 })
    const { x, width: wide } = (await page.locator('.user .popover').boundingBox())!
    t.ok(x >= 0 && x + wide <= width, `the list of scopes is in view at ${width} px`)
  }
  await page.keyboard.press('Escape')
  t.equal(await page.locator('.user[open]').count(), 0)
  t.equal(await page.evaluate(() => document.activeElement!.tagName), 'SUMMARY')
  t.same(errors, [])
})
