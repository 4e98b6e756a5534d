import t from 'tap'
import type { Instance } from '#schemas/instance.js'
import { adminProjectId } from '#simulator/seed.js'
import { followPages, startService } from '#test/support/service.js'

const url = (query: string) => `/v1/openstack/projects/${adminProjectId}/instances?${query}`

const { app, simulator, count } = await startService(t)
const list = async (query: string): Promise<Instance[]> => (await app.inject(url(query))).json().metric
const names = async (query: string) => (await list(query)).map(({ name }) => name)
const newestFirst = await names('limit=100')

t.test('sorts by creation and by name, page by page', async (t) => {
  const orders = {
    '-created': newestFirst,
    created: newestFirst.toReversed(),
    name: newestFirst.toSorted(),
    '-name': newestFirst.toSorted().reverse()
  }
  for (const [sort, expected] of Object.entries(orders)) {
    t.same(await names(`limit=100&sort=${sort}`), expected, sort)
    const pages = await followPages(app, url(`limit=20&sort=${sort}`))
    t.same(pages.flatMap((page) => page.json().metric.map(({ name }: Instance) => name)), expected, sort)
  }
  const odd = newestFirst.filter((name) => name!.includes('-'))
  t.same(await names('limit=100&sort=name&hostname=-'), odd.sort(), 'with a filter')
})

t.test('lists the instances of a state, and counts them', async (t) => {
  const all = await list('limit=100')
  const [stopped, ...others] = simulator.cloud.instancesByProject.get(adminProjectId)!
  stopped!.status = 'SHUTOFF'
  t.teardown(() => { stopped!.status = 'ACTIVE' })
  simulator.calls.length = 0
  t.match((await app.inject(url('limit=1&state=ACTIVE'))).json(), {
    metric: [{ instance_id: others[0]!.id }], totalCnt: all.length - 1
  })
  t.same([count('compute'), count('metrics')], [2, 1])
  t.match((await app.inject(url('limit=5&state=SHUTOFF'))).json(), {
    metric: [{ instance_id: stopped!.id, state: 'SHUTOFF' }], totalCnt: 1
  })
  t.match((await app.inject(url('limit=5&state=PAUSED'))).json(), { metric: [], totalCnt: 0 })
})

t.test('finds the one instance with an address, and none by a part of it', async (t) => {
  const [first] = await list('limit=1')
  const [address] = first!.address
  simulator.calls.length = 0
  t.match((await app.inject(url(`limit=5&address=${address}`))).json(), {
    metric: [{ instance_id: first!.instance_id }], totalCnt: 1
  })
  t.same([count('compute'), count('metrics')], [1, 1])
  t.same(await list(`limit=5&address=${address}&hostname=nothing`), [])
  t.same(await list('limit=5&address=::1'), [])
  for (const part of [address!.slice(0, -1), '0.0.0.0']) t.same(await list(`limit=5&address=${part}`), [])
})

t.test('names a filter that is invalid', async (t) => {
  for (const address of ['10.0.0', '10.0.0.256', '10.0.0.1/24', 'fe80::1%eth0', '.*', '[::1]']) {
    const response = await app.inject(url(`limit=5&address=${encodeURIComponent(address)}`))
    const message = `"${address}" is not a complete IP address`
    t.match(response.json(), { status: 400, errors: [{ parameter: 'address', message }] })
  }
  for (const query of ['sort=cpuUsage', 'state=DELETED', 'state=active']) {
    const [parameter] = query.split('=')
    t.match((await app.inject(url(`limit=5&${query}`))).json(), { status: 400, errors: [{ parameter }] })
  }
})
