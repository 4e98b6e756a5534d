import type { AddressInfo } from 'node:net'
import t from 'tap'
import { demoProjectId } from '#simulator/seed.js'
import { openPage, skip } from '#test/support/browser.js'
import { summary } from '#test/support/authenticated-service.js'
import { byPassword, cookieName } from '#test/support/session-client.js'
import { startService } from '#test/support/service.js'

t.test('Chromium holds the cookie, and shows it to no script', { skip }, async (t) => {
  const env = { AUTH: 'keystone', CACHE: 'on', WEBSSO: 'Company=openid' }
  const { app } = await startService(t, { env })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const { page } = await openPage(t)
  const open = () => page.goto(`${origin}/docs/static/swagger-ui.css`)
  const send = (method: string, url: string, body?: object) => page.evaluate(async ([method, url, body]) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method, ...(body !== undefined && { body, headers }) })
    const text = await response.text()
    const storage = JSON.stringify({ ...localStorage, ...sessionStorage })
    return { status: response.status, text, cookies: document.cookie, storage }
  }, [method, url, body && JSON.stringify(body)] as [string, string, string?])
  const state = async () => JSON.parse((await send('GET', '/ui/session')).text)

  await open()
  t.match(await send('GET', summary), { status: 401 })
  t.match(await send('POST', '/ui/session', byPassword('demo')), { status: 200, cookies: '', storage: '{}' })
  const [cookie] = await page.context().cookies()
  t.match(cookie, { name: cookieName, httpOnly: true, secure: true, sameSite: 'Strict', path: '/' })
  const own = await send('GET', summary)
  t.match(own, { status: 200, cookies: '', storage: '{}' })
  t.match(JSON.parse(own.text), [{ id: demoProjectId }])
  t.equal((await page.goto(`${origin}${summary}`))!.status(), 401, 'a URL in the address bar is no page\'s')

  await open()
  t.match(await send('DELETE', '/ui/session'), { status: 204 })
  t.equal((await send('GET', summary)).status, 401)
  t.same(await page.context().cookies(), [])

  const { url } = JSON.parse((await send('POST', '/ui/session/websso/1')).text)
  await page.goto(url)
  await page.waitForURL(`${origin}/ui/`)
  await open()
  t.match(await state(), { signedIn: true, user: { name: 'demo' }, scope: { id: demoProjectId } })
  t.same((await page.context().cookies()).map(({ name }) => name), [cookieName])
})
