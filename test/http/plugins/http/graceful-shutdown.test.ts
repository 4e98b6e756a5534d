import { on, once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startService } from '#test/support/service.js'

t.test('does not wait for the pipelined requests of a closed connection', async (t) => {
  const { app, simulator } = await startService(t, { env: { UPSTREAM_TIMEOUT: '1m' } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  simulator.intercept = () => 'hang'

  const arrivals = on(app.server, 'request')
  const disconnected = connect(port, '127.0.0.1')
  disconnected.write('GET /v1/openstack/projects/summary HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
  for (let n = 0; n < 3; n++) await arrivals.next()
  disconnected.resetAndDestroy()

  // A connection without a request: the service closes it when no request is in flight.
  const idle = connect(port, '127.0.0.1').resume().on('error', () => {})
  await once(idle, 'connect')
  const idleClosed = once(idle, 'close')
  const closed = app.close()
  t.same(await idleClosed, [false])
  await closed
})
