import { on, once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startService } from '#test/support/service.js'

t.test('who has asked several things at once and is gone keeps nobody waiting', async (t) => {
  const { app, simulator } = await startService(t, { env: { UPSTREAM_TIMEOUT: '1m' } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  simulator.intercept = () => 'hang'

  const arrivals = on(app.server, 'request')
  const gone = connect(port, '127.0.0.1')
  gone.write('GET /v1/openstack/projects/summary HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
  for (let n = 0; n < 3; n++) await arrivals.next()
  gone.resetAndDestroy()

  // Nothing was asked on this one: it is hung up on when nothing is under way.
  const silent = connect(port, '127.0.0.1').resume().on('error', () => {})
  await once(silent, 'connect')
  const hungUp = once(silent, 'close')
  const closed = app.close()
  t.same(await hungUp, [false])
  await closed
})
