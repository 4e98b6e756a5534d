import { METHODS } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startService as startAuthenticated } from '#test/support/authenticated-service.js'
import { startService } from '#test/support/service.js'
import { responsesIn, sendRaw } from '#test/support/socket.js'

const base = '/v1/openstack/projects'
const range = 'defaultTimeRange=10m&groupBy=1m'
const usages = ['cpuUsage', 'memUsage', 'diskRead', 'diskWrite', 'networkIo', 'networkPackets']
const urls = [
  '/healthz', '/readyz', '/metrics', '/openapi.json', '/openapi.yaml', '/docs', '/docs/', '/docs/json',
  '/docs/static/swagger-ui.css', `${base}/summary`, `${base}/summaries`,
  `${base}/da9572dd8c0a4857aa12d9c4cbb76306/instances?limit=1`,
  ...usages.map((usage) => `${base}/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/${usage}?${range}`)
]
const others = METHODS.filter((method) => !['GET', 'HEAD', 'OPTIONS', 'CONNECT'].includes(method))
const allow = 'GET, HEAD, OPTIONS'

/** Starts a service, and returns a function that sends a request with any method. */
async function listen (t: Parameters<typeof startService>[0]) {
  const { app, simulator, count } = await startService(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  // The start itself calls the cloud.
  await app.openstack.reach()
  simulator.calls.length = 0
  const { port } = app.server.address() as AddressInfo
  const send = async (method: string, url: string, ...lines: string[]) => {
    const message = [`${method} ${url} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines]
    const received = await sendRaw(port, `${message.join('\r\n')}\r\n\r\n`)
    return responsesIn(received, method === 'HEAD')[0]!
  }
  return { send, reads: () => count('compute') + count('metrics') }
}

t.test('responds 405 with Allow to every other method of every URL', async (t) => {
  const { send, reads } = await listen(t)
  for (const url of urls) {
    const { statusCode, headers, body } = await send('POST', url)
    t.equal(statusCode, 405, url)
    t.match(headers, { allow, 'content-type': /^application\/problem\+json/ })
    t.match(JSON.parse(body), {
      title: 'Method Not Allowed',
      status: 405,
      detail: `POST is not allowed here: ${allow} are.`,
      instance: url.split('?')[0]
    })
  }
  for (const method of others) {
    t.match(await send(method, `${base}/summary`), { statusCode: 405, headers: { allow } }, method)
  }
  const odd = ['text/odd', ';', 'application/json', 'multipart/form-data']
  for (const type of odd) {
    const response = await send('POST', '/healthz', `Content-Type: ${type}`, 'Content-Length: 0')
    t.equal(response.statusCode, 405, type)
  }
  t.equal(reads(), 0)
})

t.test('responds 204 with Allow to OPTIONS', async (t) => {
  const { send, reads } = await listen(t)
  for (const url of urls) {
    t.match(await send('OPTIONS', url), { statusCode: 204, headers: { allow }, body: '' }, url)
  }
  t.equal(reads(), 0)
})

t.test('responds to HEAD like to GET, without a body', async (t) => {
  const { send } = await listen(t)
  for (const url of [...urls, '/nothing', `${base}/summary?limit=x`]) {
    const [get, head] = [await send('GET', url), await send('HEAD', url)]
    t.equal(head.statusCode, get.statusCode, url)
    t.equal(head.body, '')
    t.equal(head.headers['content-type'], get.headers['content-type'])
    t.equal(head.headers.allow, undefined)
  }
})

t.test('responds 404 for an unknown path, whatever the method', async (t) => {
  const { send } = await listen(t)
  for (const method of ['GET', 'OPTIONS', ...others]) {
    for (const url of ['/nothing', `${base}/x`, `${base}/x/instances/y`, '/nothing/else']) {
      const { statusCode, headers } = await send(method, url)
      t.equal(statusCode, 404, `${method} ${url}`)
      t.notOk('allow' in headers)
    }
  }
})

t.test('depends neither on the token nor on the existence of an id', async (t) => {
  const { app, tokenOf } = await startAuthenticated(t)
  const ids = ['da9572dd8c0a4857aa12d9c4cbb76306', '0'.repeat(32), 'a%20b']
  const tokens = [undefined, 'made-up', await tokenOf('demo')]
  for (const [method, status] of [['DELETE', 405], ['OPTIONS', 204]] as const) {
    const responses = await Promise.all(ids.flatMap((id) => tokens.map(async (token) => {
      const headers = { ...(token !== undefined && { 'x-auth-token': token }) }
      const url = `${base}/${id}/instances`
      const response = await app.inject({ method, url, headers })
      t.match(response, { statusCode: status, headers: { allow } })
      return response.body.replace(id, '')
    })))
    t.equal(new Set(responses).size, 1)
  }
  t.equal((await app.inject({ method: 'DELETE', url: '/nothing' })).statusCode, 401)
})
