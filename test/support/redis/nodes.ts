import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { freePort, startRedis } from './server.js'
import type { RedisServer } from './server.js'

const slots = 16_384

/**
 * Starts a real Redis cluster of three nodes without replicas, and waits until all of them report it
 * complete.
 * @returns `undefined` without a Redis server
 */
export async function startCluster (t: Test): Promise<{ nodes: RedisServer[], url: string } | undefined> {
  const nodes: RedisServer[] = []
  for (let i = 0; i < 3; i++) {
    const bus = String(await freePort())
    const node = await startRedis(t, [
      '--cluster-enabled', 'yes', '--cluster-port', bus, '--cluster-node-timeout', '2000'
    ])
    if (node === undefined) return undefined
    const [first, end] = [i, i + 1].map((n) => Math.floor(slots * n / 3)) as [number, number]
    await node.client.call('cluster', 'addslotsrange', first, end - 1)
    await node.client.call('cluster', 'set-config-epoch', i + 1)
    await nodes[0]?.client.call('cluster', 'meet', '127.0.0.1', node.port, bus)
    nodes.push(node)
  }
  for (const { client } of nodes) {
    const isComplete = async () =>
      /cluster_state:ok[^]*cluster_known_nodes:3/.test(String(await client.cluster('INFO')))
    while (!await isComplete()) await sleep(50)
  }
  const hosts = nodes.slice(1).map(({ port }) => `127.0.0.1:${port}`)
  return { nodes, url: `redis+cluster://${hosts.join(',')}` }
}
