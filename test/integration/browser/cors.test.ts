import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { openPage, skip } from '#test/support/browser.js'
import { startService } from '#test/support/service.js'

/**
 * Starts a server with an empty page.
 * @returns its origin
 */
async function startPortal (t: Test) {
  const server = createServer((request, response) => response.setHeader('content-type', 'text/html').end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close().closeAllConnections() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('a browser lets only pages of allowed origins read responses', { skip }, async (t) => {
  const [portal, other] = [await startPortal(t), await startPortal(t)]
  const { app } = await startService(t, { env: { CORS_ORIGINS: portal, CACHE: 'on' } })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/openstack/projects/summary`
  const { page } = await openPage(t)

  /** Requests the URL from a page of an origin, and returns the response as the page's script sees it. */
  const read = async (origin: string, headers: Record<string, string> = {}) => {
    await page.goto(origin)
    return page.evaluate(async ({ url, headers }) => {
      try {
        const response = await fetch(url, { headers })
        return { status: response.status, ...Object.fromEntries(response.headers) }
      } catch (err) {
        return { failed: (err as Error).message }
      }
    }, { url, headers })
  }
  t.match(await read(portal), { status: 200, etag: /^W\// })
  const failed = { failed: /Failed to fetch/ }
  t.match(await read(other), failed, 'not even from the browser\'s cache, which has the response')
  const readable = { status: 200, age: /^\d+$/, 'x-openstack-request-id': /^req-/ }
  t.match(await read(portal, { 'x-auth-token': 'token' }), readable, 'a token needs a preflight request')
  t.match(await read(other, { 'x-auth-token': 'token' }), failed)
  t.match(await read(portal, { 'x-other': '1' }), failed, 'other headers are not allowed')
})
