import t from 'tap'
import { startCluster } from '#test/support/redis/nodes.js'
import { testSharing } from '#test/support/redis/replicas.js'
import { startPair } from './pair.js'

const cluster = await startCluster(t)
if (cluster) {
  const { nodes, url } = cluster
  await testSharing(t, url)

  t.test('values are distributed over all nodes', async (t) => {
    for (const { client } of nodes) t.not(await client.dbsize(), 0)
  })

  const [node] = nodes
  const outages: Record<string, { begin: () => Promise<void>, end: () => Promise<void> }> = {
    'is down': { begin: node!.kill, end: node!.start },
    hangs: { begin: node!.pause, end: async () => node!.resume() }
  }
  for (const [name, { begin, end }] of Object.entries(outages)) {
    t.test(`all requests succeed while a node ${name}, and values are shared afterwards`, async (t) => {
      const { a, b, clock, calls } = await startPair(t, url)
      let n = 0
      const nextPage = () => {
        // Each page lists the projects again, unless it is shared.
        clock.time += 10
        return `/v1/openstack/projects/summary?projectName=${name.length}${++n}`
      }
      await begin()
      for (let i = 0; i < 30; i++) {
        const path = nextPage()
        const { statusCode, body } = await a(path)
        t.equal(statusCode, 200)
        t.match(await b(path), { statusCode, body })
      }
      await end()
      // Keys are spread over the nodes: after 20 shared values in a row, those of this node are shared too.
      for (let shared = 0; shared < 20;) {
        const path = nextPage()
        await a(path)
        calls()
        await b(path)
        shared = calls() === 0 ? shared + 1 : 0
      }
    })
  }
}
