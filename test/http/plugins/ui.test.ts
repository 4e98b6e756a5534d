import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { buildPage } from '#test/support/page.js'
import { root } from '#test/support/root.js'
import { startService } from '#test/support/service.js'

await buildPage()
const assets = readdirSync(join(root, 'dist/web/assets'))
const script = `/ui/assets/${assets.find((name) => /^index-.*\.js$/.test(name))}`

const policy = "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';" +
  "base-uri 'none';form-action 'self';frame-ancestors 'none';require-trusted-types-for 'script';" +
  "trusted-types 'none'"
const headers = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY'
}

t.test('serves the page under its policy, to callers without a token as well', async (t) => {
  for (const AUTH of ['none', 'keystone']) {
    const { app } = await startService(t, { env: { AUTH, RATE_LIMIT: '1' } })
    for (const url of ['/ui', '/ui/', '/ui/projects/x', '/ui/projects/x/instances/y?range=6h']) {
      const response = await app.inject({ url, headers: { 'accept-encoding': 'br' } })
      t.match(response, { statusCode: 200, headers: { ...headers, 'cache-control': 'no-cache' } }, url)
      t.match(response.headers, { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'br' })
      t.notOk('ratelimit-limit' in response.headers, 'it does not count for the limit')
    }
    t.match(await app.inject('/'), { statusCode: 302, headers: { ...headers, location: '/ui/' } })
  }
})

t.test('browsers cache files for a year, and ask for the page itself each time', async (t) => {
  const { app } = await startService(t)
  const file = await app.inject({ url: script, headers: { 'accept-encoding': 'gzip, br' } })
  t.match(file, { statusCode: 200, headers })
  t.match(file.headers, {
    'cache-control': 'public, max-age=31536000, immutable', 'content-encoding': 'br', vary: /accept-encoding/
  })
  const page = await app.inject('/ui/')
  const again = await app.inject({ url: '/ui/', headers: { 'if-none-match': String(page.headers.etag) } })
  t.match(again, { statusCode: 304, headers })
})

t.test('UI=off serves neither the page nor its session', async (t) => {
  for (const [AUTH, status] of [['none', 404], ['keystone', 401]] as const) {
    const { app } = await startService(t, { env: { UI: 'off', AUTH } })
    for (const url of ['/', '/ui', '/ui/', script, '/ui/session', '/ui/session/scopes']) {
      t.equal((await app.inject(url)).statusCode, status, url)
    }
  }
})

t.test('no path leads out of the page', async (t) => {
  const { app } = await startService(t)
  const urls = [
    '/ui/assets/none.js', '/ui/assets/..%2findex.html', '/ui/assets/..%2f..%2fapp.js', '/ui/assets/%2e%2e',
    '/ui/assets/..%5c..%5capp.js', '/ui/assets/%2fetc%2fpasswd', '/ui/assets/'
  ]
  for (const url of urls) {
    const { statusCode, headers: found, body } = await app.inject(url)
    const harmless = statusCode === 404 || statusCode === 403 || body.includes('<div id="page">')
    t.ok(harmless, `${url}: ${statusCode}`)
    t.equal(found['content-security-policy'], policy)
  }
})
