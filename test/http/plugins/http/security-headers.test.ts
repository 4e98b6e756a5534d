import t from 'tap'
import { startService } from '#test/support/service.js'

const headers = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY'
}

t.test('tells browsers how little an answer is good for, whichever it is', async (t) => {
  const { app } = await startService(t)
  for (const url of ['/healthz', '/openapi.json', '/v1/openstack/projects/summary', '/v1/openstack/projects/x/cpuUsage', '/nothing']) {
    const answer = await app.inject(url)
    t.match(answer.headers, headers, url)
    t.notOk('strict-transport-security' in answer.headers, 'without HTTPS there is nothing to insist on')
    t.notOk('x-powered-by' in answer.headers || 'server' in answer.headers)
  }
})

t.test('lets the page at /docs do what it must, and no more', async (t) => {
  const { app } = await startService(t)
  for (const url of ['/docs/', '/docs/static/swagger-ui-bundle.js']) {
    const { statusCode, headers: found } = await app.inject(url)
    t.equal(statusCode, 200)
    t.match(found, { ...headers, 'content-security-policy': /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none';$/ })
    t.notMatch(found['content-security-policy'], /https?:|upgrade-insecure|script-src[^;]*unsafe/)
  }
})
