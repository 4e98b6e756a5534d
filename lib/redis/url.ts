import { InvalidSetting } from '#lib/errors.js'

/** The parts of a `REDIS_URL`. */
export interface RedisAddress {
  /** The server, or some nodes of a cluster. */
  nodes: Array<{ host: string, port: number }>
  cluster: boolean
  tls: boolean
  username?: string
  password?: string
  database: number
}

const pattern =
  /^redis(s?)(\+cluster)?:\/\/(?:([^:@/?#\s]*):([^:@/?#\s]*)@)?([^@/?#\s]+)(?:\/([0-9]{1,5})?)?$/

/**
 * Parses a `REDIS_URL`: `redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS. A cluster
 * has no databases; its URL is `redis+cluster://` or `rediss+cluster://` with one or more hosts,
 * comma-separated.
 * @throws InvalidSetting, which does not quote the URL: it may hold a password
 */
export function parseRedisUrl (url: string): RedisAddress {
  const [, tls, cluster, username, password, hosts, database] = pattern.exec(url) ?? []
  const nodes = hosts?.split(',').map(parseHost) ?? []
  if (nodes.length === 0 || (cluster === undefined ? nodes.length > 1 : database !== undefined)) {
    throw invalidUrl()
  }
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
  if (text === '' || !URL.canParse(`redis://${text}`)) throw invalidUrl()
  const { hostname, port } = new URL(`redis://${text}`)
  if (port === '0') throw invalidUrl()
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) }
}

/** A percent-decoded user name or password; an empty one counts as missing. */
function decode (text?: string) {
  try {
    return text ? decodeURIComponent(text) : undefined
  } catch {
    throw invalidUrl()
  }
}

const invalidUrl = () => new InvalidSetting(
  'REDIS_URL must be redis://[user:password@]host[:port][/database], or rediss:// with TLS; for a cluster ' +
  'redis+cluster:// or rediss+cluster:// with comma-separated hosts and no database; special characters ' +
  'are percent-encoded'
)
