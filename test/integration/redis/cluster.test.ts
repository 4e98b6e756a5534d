import t from 'tap'
import { startCluster } from '#test/support/redis/nodes.js'
import { startPair } from './pair.js'
import { testSharing } from '#test/support/redis/replicas.js'

const cluster = await startCluster(t)
if (cluster) {
  const { nodes, url } = cluster
  await testSharing(t, url)

  t.test('values are on all nodes', async (t) => {
    for (const { client } of nodes) t.not(await client.dbsize(), 0)
  })

  const outages: Record<string, { begin: () => Promise<void>, end: () => Promise<void> }> = {
    'is down': { begin: nodes[0]!.kill, end: nodes[0]!.start },
    hangs: { begin: nodes[0]!.pause, end: async () => nodes[0]!.resume() }
  }
  for (const [name, { begin, end }] of Object.entries(outages)) {
    t.test(`all is answered while a node ${name}, and shared when it is back`, async (t) => {
      const { a, b, calls } = await startPair(t, url)
      let n = 0
      const page = () => `/v1/openstack/projects/summary?projectName=${name.length}${++n}`
      await begin()
      for (let i = 0; i < 30; i++) {
        const path = page()
        const { statusCode, body } = await a(path)
        t.equal(statusCode, 200)
        t.match(await b(path), { statusCode, body })
      }
      await end()
      // Each value is on another node: when so many are shared in a row, those of this one are too.
      for (let shared = 0; shared < 20;) {
        const path = page()
        await a(path)
        calls()
        await b(path)
        shared = calls() === 0 ? shared + 1 : 0
      }
    })
  }
}
