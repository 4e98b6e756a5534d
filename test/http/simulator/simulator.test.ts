import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { byPassword, simulate } from '#test/support/simulator-client.js'

t.test('records each call', async (t) => {
  const { simulator, as } = await simulate(t)
  const { get, url } = await as('admin')
  t.match(simulator.calls, [
    { upstream: 'identity', method: 'POST', path: '/v3/auth/tokens', body: /"methods":\["password"\]/ }
  ])
  simulator.calls.length = 0
  await get(`${url('compute')}/servers?limit=2&name=a?b`)
  t.equal(simulator.calls.length, 1)
  const [call] = simulator.calls
  t.match(call, {
    upstream: 'compute', method: 'GET', path: '/v2.1/servers', headers: { 'x-auth-token': String }
  })
  t.strictSame([...call!.query], [['limit', '2'], ['name', 'a?b']])
})

t.test('drops the oldest recorded calls beyond 20,000', async (t) => {
  const { simulator } = await simulate(t, { projects: 0 })
  simulator.calls.length = 20_000
  await fetch(`${simulator.env.INFLUX_URL}/ping`)
  t.equal(simulator.calls.length, 10_001)
  t.equal(simulator.calls.at(-1)!.path, '/ping')
  t.equal(simulator.received(), 1)
})

t.test('lets a test replace a response, close the connection or never respond', async (t) => {
  const { simulator, keystone } = await simulate(t, { projects: 0 })
  simulator.intercept = ({ upstream }) =>
    upstream === 'identity' ? { status: 418, headers: { 'x-kind': 'pot' }, body: { tea: true } } : undefined
  const response = await fetch(keystone)
  t.strictSame([response.status, response.headers.get('x-kind'), await response.json()], [
    418, 'pot', { tea: true }
  ])
  t.equal((await fetch(`${simulator.env.INFLUX_URL}/ping`)).status, 204)
  simulator.intercept = () => ({ status: 200, body: '{"cut sho' })
  t.equal(await (await fetch(keystone)).text(), '{"cut sho')
  simulator.intercept = () => 'reset'
  await t.rejects(fetch(keystone))
  simulator.intercept = () => 'hang'
  await t.rejects(fetch(keystone, { signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' })
  simulator.intercept = undefined
  t.equal((await fetch(keystone)).status, 200)
})

t.test('survives a client that disconnects in the middle of its request', async (t) => {
  const { simulator, keystone } = await simulate(t, { projects: 0 })
  const socket = connect(Number(new URL(keystone).port), '127.0.0.1')
  socket.write('POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{')
  await sleep(150)
  socket.destroy()
  await sleep(150)
  t.equal((await fetch(keystone)).status, 200)
  t.equal(simulator.calls.length, 1)
})

t.test('delays responses by its latency', async (t) => {
  const { keystone } = await simulate(t, { projects: 0, latency: 80 })
  const start = performance.now()
  await fetch(keystone)
  t.ok(performance.now() - start > 75)
})

t.test('fails the requested share of calls, the same calls at every start', async (t) => {
  const statusesOf200Calls = async () => {
    const { keystone } = await simulate(t, { projects: 0, failures: 0.25 })
    const statuses = []
    for (let n = 0; n < 200; n++) statuses.push((await fetch(keystone)).status)
    return statuses
  }
  const [first, second] = [await statusesOf200Calls(), await statusesOf200Calls()]
  t.strictSame(first, second)
  const failed = first.filter((status) => status === 503).length
  t.ok(failed > 30 && failed < 70, `${failed} of 200`)
})

t.test('creates the same 1,000 projects and 10,000 instances each time, quickly', async (t) => {
  // Processor time, because elapsed time depends on the load of the machine.
  const start = process.cpuUsage()
  const { as, keystone } = await simulate(t, { projects: 1000, instances: 10_000 })
  t.ok(process.cpuUsage(start).user < 1.5e6)
  const { get } = await as('admin')
  const { projects } = (await get(`${keystone}/projects`)).body
  t.equal(projects.length, 1005)
  t.equal(new Set(projects.map(({ name }: any) => name)).size, 1005)
  const twin = await simulate(t, { projects: 1000, instances: 10_000 })
  const { id } = await twin.login(byPassword('admin'))
  const response = await fetch(`${twin.keystone}/projects`, { headers: { 'x-auth-token': id } })
  const { projects: twins } = await response.json() as any
  t.strictSame(twins.map((project: any) => project.id), projects.map((project: any) => project.id))
})
