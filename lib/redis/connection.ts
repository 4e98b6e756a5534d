import { Cluster, Redis } from 'ioredis'
import type { CommonRedisOptions } from 'ioredis'
import type { RedisAddress } from './url.js'

/** A connection to a Redis server, which Sentinels may name, or the connections to a cluster. */
export type Connection = Redis | Cluster

export interface ConnectionListener {
  ready: () => void
  /** Called for as long as a failure lasts, again and again. */
  failed: (err: Error) => void
}

/** Milliseconds that a command may take, and that a server may be silent that owes a reply. */
const timeoutMs = 1_000

/** Milliseconds before the next attempt to connect. */
const reconnectDelayMs = (attempts: number) => Math.min(attempts * 100, 1_000)

/**
 * Connects, and reconnects in the background. Meanwhile commands fail at once, so that no request waits for
 * an unavailable Redis.
 * @param ca certificates to trust, in PEM; the public ones unless given
 */
export function connect (
  { nodes, cluster, sentinel, tls, username, password, database }: RedisAddress,
  { ready, failed }: ConnectionListener,
  ca?: string[]
): Connection {
  const options: CommonRedisOptions & { tls?: object } = {
    username,
    password,
    tls: tls ? { ca } : undefined,
    connectionName: 'openstack-monitoring-api',
    commandTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false
  }
  if (!cluster) {
    const viaSentinels = sentinel && {
      sentinels: nodes,
      name: sentinel.master,
      sentinelUsername: sentinel.username,
      sentinelPassword: sentinel.password,
      sentinelTLS: options.tls,
      enableTLSForSentinelMode: tls,
      sentinelCommandTimeout: timeoutMs,
      sentinelRetryStrategy: reconnectDelayMs
    }
    const server = viaSentinels ?? nodes[0]
    const redis = new Redis({
      ...server, ...options, db: database, enableOfflineQueue: false, retryStrategy: reconnectDelayMs
    })
    // One Sentinel's failure matters where no other one names the server, which is an error without a reason.
    let sentinelError: Error | undefined
    redis.on('sentinelError', (err: Error) => { sentinelError = err })
    return redis.on('ready', ready).on('error', (err) => {
      failed(/^All sentinels/.test(err.message) ? sentinelError! : err)
    })
  }
  const connection = new Cluster(nodes, {
    redisOptions: options,
    enableOfflineQueue: false,
    // The check would go to a node that is still being connected.
    enableReadyCheck: false,
    clusterRetryStrategy: reconnectDelayMs,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // Names are not resolved here: certificates are issued for names.
    dnsLookup: (name, callback) => callback(null, name)
  })
  const reportReady = () => { if (isReady(connection)) ready() }
  // Otherwise the first command connects to a node, and the commands beside it fail.
  connection.on('+node', (node: Redis) => { node.on('ready', reportReady).connect().catch(() => {}) })
  return connection.on('ready', reportReady).on('error', failed).on('node error', failed)
}

/** Whether commands are expected to succeed. It sends nothing. */
export function isReady (connection: Connection) {
  if (connection.status !== 'ready') return false
  return !(connection instanceof Cluster) ||
    connection.nodes('master').every(({ status }) => status === 'ready')
}
