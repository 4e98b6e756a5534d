import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { request } from 'undici'
import { startService } from '../service.js'

const series = '/v1/openstack/projects/929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c/cpuUsage?defaultTimeRange=1h&groupBy=1m'

t.test('a read that others wait for goes on when the one who began it hangs up', async (t) => {
  const { app, count } = await startService(t, { env: { CACHE: 'on' }, latency: 500 })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const asked = () => count('metrics', '/query')

  const first = connect(port, '127.0.0.1')
  first.write(`GET ${series} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  // It is received before it is answered, half a second later.
  while (asked() === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  const second = request(`http://127.0.0.1:${port}${series}`)
  first.destroy()
  await once(first, 'close')

  const { statusCode, body } = await second
  t.equal(statusCode, 200)
  t.match(await body.json(), [{ name: 'cpu', metric: [{ usage: Number }] }])
  t.equal(asked(), 1)
  t.equal((await app.inject(series)).statusCode, 200)
  t.equal(asked(), 1, 'and is kept')
})
