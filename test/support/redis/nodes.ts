import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { endWith, startChild } from '#test/support/child.js'
import { pathFor } from '#test/support/debian.js'
import { environmentOf, findRedis } from './binary.js'
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
  // A name, as a cluster mostly has.
  const hosts = nodes.slice(1).map(({ port }) => `localhost:${port}`)
  return { nodes, url: `redis+cluster://${hosts.join(',')}` }
}

/**
 * Starts a real Redis with a replica, and a Sentinel that fails over from one to the other. The Sentinel has
 * a login of its own.
 * @param passwords of the servers and of the Sentinel
 * @returns `undefined` without a Redis server
 */
export async function startSentinel (t: Test, passwords: { redis: string, sentinel: string }) {
  const args = ['--requirepass', passwords.redis, '--masterauth', passwords.redis]
  const login = `:${encodeURIComponent(passwords.redis)}@`
  const master = await startRedis(t, args, login)
  if (master === undefined) return undefined
  const replica = await startRedis(t, [...args, '--replicaof', `127.0.0.1 ${master.port}`], login)
  while (!/master_link_status:up/.test(await replica!.client.info())) await sleep(50)

  const path = (await pathFor(t, findRedis, 'REQUIRE_REDIS'))!
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-'))
  const port = await freePort()
  const settings = [
    'bind 127.0.0.1', `port ${port}`, `dir ${dir}`, `requirepass "${passwords.sentinel}"`,
    `sentinel monitor main 127.0.0.1 ${master.port} 1`, `sentinel auth-pass main ${passwords.redis}`,
    'sentinel down-after-milliseconds main 1000', 'sentinel failover-timeout main 5000'
  ]
  await writeFile(join(dir, 'sentinel.conf'), `${settings.join('\n')}\n`)
  const { child } = await startChild({
    path,
    args: [join(dir, 'sentinel.conf'), '--sentinel'],
    env: environmentOf(path),
    output: 'stdout',
    ready: /Sentinel ID is/
  })
  endWith(t, () => child, dir)
  return { master, replica: replica!, port, login }
}
