import { Cluster, Redis } from 'ioredis'
import type { CommonRedisOptions } from 'ioredis'
import type { RedisAddress } from './url.js'

/** A connection to a Redis server, or those to a cluster. */
export type Connection = Redis | Cluster

/** What a connection tells of itself. Failures are told for as long as it lasts, again and again. */
export interface ConnectionListener {
  ready: () => void
  failed: (err: Error) => void
}

/** Milliseconds that a command may take, and that a server which owes an answer may be silent, before the connection is given up. */
const patience = 1_000

/** Milliseconds before the next try to connect. */
const retryDelay = (times: number) => Math.min(times * 100, 1_000)

/**
 * Connects, and connects again when the connection is lost, in the background. Meanwhile its commands fail at once, so that nobody waits
 * for a Redis that is not there.
 * @param ca certificates to trust, in PEM; without them the public ones
 */
export function connect ({ nodes, cluster, tls, username, password, database }: RedisAddress, { ready, failed }: ConnectionListener, ca?: string[]): Connection {
  const options: CommonRedisOptions & { tls?: object } = {
    username,
    password,
    tls: tls ? { ca } : undefined,
    connectionName: 'openstack-monitoring-api',
    commandTimeout: patience,
    socketTimeout: patience,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false
  }
  if (!cluster) {
    const redis = new Redis({ ...nodes[0], ...options, db: database, enableOfflineQueue: false, retryStrategy: retryDelay })
    return redis.on('ready', ready).on('error', failed)
  }
  const connection = new Cluster(nodes, {
    redisOptions: options,
    enableOfflineQueue: false,
    // It would ask a node that is only just being connected to.
    enableReadyCheck: false,
    clusterRetryStrategy: retryDelay,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // Names are left as they are: certificates are made out for names.
    dnsLookup: (name, callback) => callback(null, name)
  })
  const tellReady = () => { if (isReady(connection)) ready() }
  // Nodes are else connected to by the first command, and those that come with it fail.
  connection.on('+node', (node: Redis) => { node.on('ready', tellReady).connect().catch(() => {}) })
  return connection.on('ready', tellReady).on('error', failed).on('node error', failed)
}

/** Whether commands are answered, as far as can be told without asking. */
export function isReady (connection: Connection) {
  if (connection.status !== 'ready') return false
  return !(connection instanceof Cluster) || connection.nodes('master').every(({ status }) => status === 'ready')
}
