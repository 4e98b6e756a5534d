import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { openPage, skip } from '#test/support/browser.js'
import { startService } from '#test/support/service.js'

t.setTimeout(120_000)

/** The origin of a server with an empty page. */
async function startPortal (t: Test) {
  const server = createServer((request, response) => response.setHeader('content-type', 'text/html').end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close().closeAllConnections() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('a browser lets the page of an origin that is allowed read the answers, and no other', {
  skip
}, async (t) => {
  const [portal, stranger] = [await startPortal(t), await startPortal(t)]
  const { app } = await startService(t, { env: { CORS_ORIGINS: portal, CACHE: 'on' } })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/openstack/projects/summary`
  const { page } = await openPage(t)

  /** What the page of an origin reads there, as its script sees it. */
  const read = async (origin: string, headers: Record<string, string> = {}) => {
    await page.goto(origin)
    return page.evaluate(async ({ url, headers }) => {
      try {
        const { status, headers: answered } = await fetch(url, { headers })
        return { status, ...Object.fromEntries(answered) }
      } catch (err) {
        return { failed: (err as Error).message }
      }
    }, { url, headers })
  }
  t.match(await read(portal), { status: 200, etag: /^W\// })
  t.match(
    await read(stranger),
    { failed: /Failed to fetch/ },
    'and not from the cache of the browser either, which has it'
  )
  t.match(
    await read(portal, { 'x-auth-token': 'token' }),
    { status: 200, age: /^\d+$/, 'x-openstack-request-id': /^req-/ },
    'with a token, about which it asks first'
  )
  t.match(await read(stranger, { 'x-auth-token': 'token' }), { failed: /Failed to fetch/ })
  t.match(await read(portal, { 'x-other': '1' }), { failed: /Failed to fetch/ }, 'and with nothing else')
})
