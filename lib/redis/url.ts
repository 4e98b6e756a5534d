import { InvalidSetting } from '#lib/errors.js'

/** What a `REDIS_URL` says. */
export interface RedisAddress {
  /** The server, or some of the nodes of a cluster. */
  nodes: Array<{ host: string, port: number }>
  cluster: boolean
  tls: boolean
  username?: string
  password?: string
  database: number
}

const form = /^redis(s?)(\+cluster)?:\/\/(?:([^:@/?#\s]*):([^:@/?#\s]*)@)?([^@/?#\s]+)(?:\/([0-9]{1,5})?)?$/

/**
 * Reads a `REDIS_URL`: `redis://[user:password@]host[:port][/database]`, `rediss://` with TLS; and of a cluster, which has no databases,
 * `redis+cluster://` or `rediss+cluster://`, with one or more hosts, comma-separated.
 * @throws InvalidSetting, which does not quote it: there may be a password in it.
 */
export function parseRedisUrl (url: string): RedisAddress {
  const [, tls, cluster, username, password, hosts, database] = form.exec(url) ?? []
  const nodes = hosts?.split(',').map(parseHost) ?? []
  if (nodes.length === 0 || (cluster === undefined ? nodes.length > 1 : database !== undefined)) throw invalid()
  return {
    nodes,
    cluster: cluster !== undefined,
    tls: tls === 's',
    username: decode(username),
    password: decode(password),
    database: Number(database ?? 0)
  }
}

function parseHost (text: string) {
  if (text === '' || !URL.canParse(`redis://${text}`)) throw invalid()
  const { hostname, port } = new URL(`redis://${text}`)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) }
}

/** A name or a password, without what a URL needs to quote in it; what is empty is not there. */
function decode (text?: string) {
  try {
    return text ? decodeURIComponent(text) : undefined
  } catch {
    throw invalid()
  }
}

const invalid = () => new InvalidSetting('REDIS_URL must be redis://[user:password@]host[:port][/database], or rediss:// with TLS; of a cluster ' +
  'redis+cluster:// or rediss+cluster:// with hosts, comma-separated, and no database; with what is special in a URL quoted')
