import t from 'tap'
import { startService } from '#test/support/service.js'

const securityHeaders = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY'
}

t.test('sends security headers with every response', async (t) => {
  const { app } = await startService(t)
  const projects = '/v1/openstack/projects'
  const urls = ['/healthz', '/openapi.json', `${projects}/summary`, `${projects}/x/cpuUsage`, '/nothing']
  for (const url of urls) {
    const { headers } = await app.inject(url)
    t.match(headers, securityHeaders, url)
    t.notOk('strict-transport-security' in headers, 'only with HTTPS')
    t.notOk('x-powered-by' in headers || 'server' in headers)
  }
})

t.test('allows the page at /docs its own scripts only', async (t) => {
  const { app } = await startService(t)
  const policy = /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none';$/
  for (const url of ['/docs/', '/docs/static/swagger-ui-bundle.js']) {
    const { statusCode, headers } = await app.inject(url)
    t.equal(statusCode, 200)
    t.match(headers, { ...securityHeaders, 'content-security-policy': policy })
    t.notMatch(headers['content-security-policy'], /https?:|upgrade-insecure|script-src[^;]*unsafe/)
  }
})
