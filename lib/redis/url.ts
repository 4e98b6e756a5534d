import { InvalidSetting } from '#lib/errors.js'

/** The parts of a `REDIS_URL`. */
export interface RedisAddress {
  /** The server, some nodes of a cluster, or some Sentinels. */
  nodes: Array<{ host: string, port: number }>
  cluster: boolean
  /** Where Sentinels find the server: their name for it, and their own login. */
  sentinel?: { master: string, username?: string, password?: string }
  tls: boolean
  username?: string
  password?: string
  database: number
}

const pattern =
  /^redis(s?)(?:\+(cluster|sentinel))?:\/\/(?:([^:@/?#\s]*):([^:@/?#\s]*)@)?([^@/?#\s]+)([/?][^#\s]*)?$/
/** The end of each kind of URL: a database, nothing, a master with a database and a login. */
const serverTail = /^\/([0-9]{1,5})?$/
const clusterTail = /^\/$/
const sentinelTail = /^\/([A-Za-z0-9._-]+)(?:\/([0-9]{1,5})?)?(?:\?(.*))?$/

const redisPort = 6379
const sentinelPort = 26_379

/**
 * Parses a `REDIS_URL`: `redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS. A cluster
 * has no databases; its URL is `redis+cluster://` or `rediss+cluster://` with one or more hosts,
 * comma-separated. `redis+sentinel://…/master[/database]` or `rediss+sentinel://` lists Sentinels likewise.
 * The parameters `sentinelUsername` and `sentinelPassword` are their own login.
 * @throws InvalidSetting, which does not quote the URL: it may hold a password
 */
export function parseRedisUrl (url: string): RedisAddress {
  const [, tls, kind, username, password, hosts, tail = '/'] = pattern.exec(url) ?? []
  if (hosts === undefined) throw invalidUrl()
  const defaultPort = kind === 'sentinel' ? sentinelPort : redisPort
  const nodes = hosts.split(',').map((host) => parseHost(host, defaultPort))
  if (kind === undefined && nodes.length > 1) throw invalidUrl()
  return {
    nodes,
    cluster: kind === 'cluster',
    tls: tls === 's',
    username: decode(username),
    password: decode(password),
    ...kind === 'sentinel' ? parseSentinelTail(tail) : parseTail(tail, kind)
  }
}

function parseTail (tail: string, kind?: string) {
  const found = (kind === undefined ? serverTail : clusterTail).exec(tail)
  if (found === null) throw invalidUrl()
  return { database: Number(found[1] ?? 0) }
}

function parseSentinelTail (tail: string) {
  const [, master, database = 0, query = ''] = sentinelTail.exec(tail) ?? []
  if (master === undefined) throw invalidUrl()
  const login: Record<string, string | undefined> = {}
  for (const parameter of query.split('&').filter((text) => text !== '')) {
    const [, name, value] = /^sentinel(Username|Password)=([^=]*)$/.exec(parameter) ?? []
    if (name === undefined || name in login) throw invalidUrl()
    login[name] = decode(value)
  }
  const { Username: username, Password: password } = login
  return { database: Number(database), sentinel: { master, username, password } }
}

function parseHost (text: string, defaultPort: number) {
  if (text === '' || !URL.canParse(`redis://${text}`)) throw invalidUrl()
  const { hostname, port } = new URL(`redis://${text}`)
  if (port === '0') throw invalidUrl()
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || defaultPort) }
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
  'redis+cluster:// or rediss+cluster:// with comma-separated hosts and no database; with Sentinels ' +
  'redis+sentinel:// or rediss+sentinel://, comma-separated Sentinels, /master[/database] and ' +
  '?sentinelUsername=…&sentinelPassword=… if they need a login; special characters are percent-encoded'
)
