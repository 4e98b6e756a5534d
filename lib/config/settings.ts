import { Type } from '@sinclair/typebox'
import type { Static, StringOptions, TSchema } from '@sinclair/typebox'
import { parseDuration } from '#lib/duration.js'
import { InvalidSetting } from '#lib/errors.js'

const aDuration = (options: StringOptions) => Type.String({ pattern: '^([0-9]{1,10}[smhdw]){1,8}$', ...options })
const duration = (defaults: string, description: string) => aDuration({ default: defaults, description })
const lifetime = (defaults: string, description: string) =>
  Type.String({ pattern: '^(0|([0-9]{1,10}[smhdw]){1,8})$', default: defaults, description })
const text = (description: string) => Type.Optional(Type.String({ description }))
const flag = (description: string) => Type.Boolean({ default: false, description })
const limit = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }))
const secret = (description: string) => Type.Optional(Type.String({ description, secret: true }))
/** Marks a setting that responses depend on: processes share cached values only where these are equal. */
const affectsResponses = <T extends TSchema>(schema: T) => ({ ...schema, affectsResponses: true })

/** Every setting of the service: the one place where its name, type, default and meaning stand. The README's table is made from it. */
export const Settings = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'the address to listen on' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080, description: 'the port to listen on; 0 takes a free one' }),
  AUTH: Type.Unsafe<'none' | 'keystone'>({
    type: 'string',
    enum: ['none', 'keystone'],
    default: 'none',
    description: 'who may ask: `none` asks nobody who he is; `keystone` asks for a token, and answers what that may see'
  }),
  AUTH_GLOBAL_ROLES: text('roles, comma-separated, that see every project, beside `admin`'),
  TOKEN_CACHE_TIME: lifetime('1m', 'how long a caller\'s token counts as valid without being asked for again, at most 5m: so long a revoked one still works. `0` is off'),
  WWW_AUTHENTICATE_URI: Type.Optional(Type.String({ pattern: '^https?://', description: 'Keystone\'s URL as callers are told it; without it `OS_AUTH_URL`' })),
  ALLOW_UNAUTHENTICATED: flag('`true` lets it listen with `AUTH=none` on an address that is not loopback, where everyone who reaches it reads every project, and to be asked by any `Host`'),
  TLS_CERT: text('a PEM file with the certificate, and those that it is signed with, to serve HTTPS instead of HTTP. Looked at every 10 s: a new one is taken over while connections live on'),
  TLS_KEY: text('a PEM file with its key'),
  TRUST_PROXY: text('proxies that are believed about the caller\'s address (`X-Forwarded-For`): addresses and CIDRs, comma-separated; without it none'),
  CORS_ORIGINS: text('origins, comma-separated, whose pages may read the answers, such as `https://portal.example.org`; without it no other'),
  RATE_LIMIT: limit('how many requests each caller may make a minute; without it any number'),
  CONCURRENCY_LIMIT: limit('how many requests of each caller may be under way at once; without it any number'),
  SHUTDOWN_GRACE: duration('10s', 'how long requests that are under way have to finish when the service is asked to end, at most 1h'),
  LOG_LEVEL: Type.Unsafe<string>({
    type: 'string',
    enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    description: 'the least severe level that is logged'
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String({ pattern: '^https?://', description: 'where to send traces to, by OTLP over HTTP, such as `http://localhost:4318`; without it none are made. The other variables of OpenTelemetry count as well' })),

  OS_CLOUD: text('the cloud to take from `clouds.yaml`'),
  OS_CLIENT_CONFIG_FILE: text('the `clouds.yaml`; without it the working directory, `~/.config/openstack` and `/etc/openstack` are looked in. A `secure.yaml` beside it is merged in'),
  OS_AUTH_URL: text('Keystone\'s URL. This and the other `OS_` variables override the file'),
  OS_USERNAME: text('the user who logs in'),
  OS_USER_ID: text('the same, by id'),
  OS_PASSWORD: secret('the user\'s password'),
  OS_USER_DOMAIN_NAME: text('the user\'s domain; without it the one with the id `default`'),
  OS_USER_DOMAIN_ID: text('the same, by id'),
  OS_PROJECT_NAME: text('the project to log in to; without it the user\'s default project'),
  OS_PROJECT_ID: text('the same, by id'),
  OS_PROJECT_DOMAIN_NAME: text('the project\'s domain; without it the one with the id `default`'),
  OS_PROJECT_DOMAIN_ID: text('the same, by id'),
  OS_APPLICATION_CREDENTIAL_ID: text('an application credential, instead of a user and a password'),
  OS_APPLICATION_CREDENTIAL_NAME: text('the same, by its name and its user'),
  OS_APPLICATION_CREDENTIAL_SECRET: secret('the application credential\'s secret'),
  OS_REGION_NAME: text('the region whose endpoints are used; needed where the catalog has several'),
  OS_INTERFACE: Type.Optional(Type.Unsafe<string>({
    type: 'string',
    enum: ['public', 'internal', 'admin', 'publicURL', 'internalURL', 'adminURL'],
    description: 'which of a service\'s endpoints is used; without it the public one'
  })),
  OS_COMPUTE_ENDPOINT_OVERRIDE: text('Nova\'s URL, instead of the catalog\'s'),
  OS_NETWORK_ENDPOINT_OVERRIDE: text('Neutron\'s URL, instead of the catalog\'s'),
  OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE: text('Cinder\'s URL, instead of the catalog\'s; `%(project_id)s` in it stands for the token\'s project'),
  OS_CACERT: text('a PEM file of a CA to trust beside the public ones, for every upstream and for Redis'),
  OS_CERT: text('a PEM file with the client certificate for OpenStack'),
  OS_KEY: text('a PEM file with that certificate\'s key'),
  OS_INSECURE: Type.Optional(Type.Boolean({ description: '`true` accepts any certificate of OpenStack\'s' })),
  EXCLUDE_DOMAINS: affectsResponses(Type.String({ default: 'heat_user_domain', description: 'names or ids of domains, comma-separated, whose projects the summary leaves out' })),

  INFLUX_URL: affectsResponses(Type.String({ pattern: '^https?://', default: 'http://127.0.0.1:8086', description: 'InfluxDB\'s URL: 1.x, or the 1.x-compatible `/query` of later ones' })),
  INFLUX_DATABASE: affectsResponses(Type.String({ default: 'mon', description: 'the database that holds Monasca\'s series' })),
  INFLUX_RETENTION_POLICY: affectsResponses(text('its retention policy; without it the database\'s default one')),
  INFLUX_USERNAME: affectsResponses(text('the user, where InfluxDB asks for one')),
  INFLUX_PASSWORD: secret('that user\'s password'),
  INFLUX_TOKEN: secret('a token, instead of a user and a password'),
  METRICS_MAX_AGE: affectsResponses(duration('2m', 'how old a sample may be and still count as the present load')),
  SETTLE_TIME: affectsResponses(Type.Optional(aDuration({ description: 'how long after its end a bucket may still change, by samples that arrive late: until then each request reads it anew. Without it twice `groupBy`, and at least 2m' }))),

  SERIES_TTL: lifetime('5s', 'how long an answer with series is kept and fresh; `0` is off'),
  INSTANCES_TTL: lifetime('10s', 'the same of a page of instances'),
  SUMMARY_TTL: lifetime('30s', 'the same of the summary'),
  STALE_LIMIT: lifetime('10m', 'how old what is kept may be and still stand in for a read that fails'),
  CACHE: Type.Unsafe<'on' | 'off'>({ type: 'string', enum: ['on', 'off'], default: 'on', description: '`off` keeps nothing: for measuring' }),
  REDIS_URL: secret('a Redis or Valkey through which processes share what they keep: `redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS; a cluster is `redis+cluster://` or `rediss+cluster://`, with one or more of its hosts, comma-separated'),

  UPSTREAM_TIMEOUT: duration('10s', 'how long one call to an upstream may take, at most 1h'),
  UPSTREAM_CONNECTIONS: Type.Integer({ minimum: 1, maximum: 1024, default: 32, description: 'how many calls to one upstream may be under way at once' })
} satisfies Record<string, TSchema>)

/** The settings as they are after validation, defaults filled in. */
export type Settings = Static<typeof Settings>

/** The marks of settings beside JSON Schema's own keywords. */
export const settingMarks = ['secret', 'affectsResponses'] as const

const marked = (mark: typeof settingMarks[number]) =>
  Object.entries(Settings.properties).filter(([, schema]) => mark in schema).map(([name]) => name as keyof Settings)

/** The names of the settings whose values must not be logged. */
export const secretSettings = marked('secret')

/** The settings that responses depend on, beside those of the cloud. */
export const responseSettings = (settings: Settings) =>
  Object.fromEntries(marked('affectsResponses').map((name) => [name, settings[name]]))

type Lifetime = 'SERIES_TTL' | 'INSTANCES_TTL' | 'SUMMARY_TTL' | 'STALE_LIMIT' | 'TOKEN_CACHE_TIME'

/**
 * The most that some of them may be: revocations must not wait for longer than five minutes, nobody waits for an hour, and timers know no
 * more than some weeks.
 */
const most: Partial<Record<keyof Settings, string>> = { TOKEN_CACHE_TIME: '5m', SHUTDOWN_GRACE: '1h', UPSTREAM_TIMEOUT: '1h' }

/** Milliseconds of a setting that is a duration, or a lifetime, which may be 0. @throws InvalidSetting where it is another zero, or too long. */
export function durationMs (settings: Settings, name: 'METRICS_MAX_AGE' | 'UPSTREAM_TIMEOUT' | 'SHUTDOWN_GRACE' | Lifetime) {
  if (settings[name] === '0') return 0
  const given = seconds(name, settings[name])
  const limit = most[name]
  if (limit !== undefined && given > parseDuration(limit)!) throw new InvalidSetting(`${name} must be at most ${limit}`)
  return given * 1000
}

/** Seconds after its end in which a bucket may still change, as a function of its width in seconds. @throws InvalidSetting as above. */
export function settleSeconds ({ SETTLE_TIME }: Settings): (step: number) => number {
  if (SETTLE_TIME === undefined) return (step) => Math.max(2 * step, 120)
  const settle = seconds('SETTLE_TIME', SETTLE_TIME)
  return () => settle
}

function seconds (name: keyof Settings, duration: string) {
  const seconds = parseDuration(duration)
  if (seconds === undefined) throw new InvalidSetting(`${name} must be a duration from 1s to 3650d`)
  return seconds
}

/** The entries of a setting that is a comma-separated list. */
export function splitList (text: string) {
  return text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '')
}

/** Whether others reach the address, and nobody is asked who he is. */
export function isOpenToNetwork ({ AUTH, HOST }: Settings) {
  const loopback = HOST === 'localhost' || HOST === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(HOST)
  return AUTH === 'none' && !loopback
}

/** Refuses that, unless it is meant. @throws InvalidSetting */
export function rejectOpenAddress (settings: Settings) {
  if (!isOpenToNetwork(settings) || settings.ALLOW_UNAUTHENTICATED) return
  throw new InvalidSetting(`HOST must be a loopback address, not ${settings.HOST}: who reaches it reads every project. ` +
    'AUTH=keystone asks callers for tokens; ALLOW_UNAUTHENTICATED=true permits it all the same')
}

/** One of Ajv's errors. */
interface SchemaError {
  instancePath: string
  message?: string
  params?: Record<string, unknown>
}

/** The first of the validator's errors as one line. It never quotes the value, which may be a secret. */
export function explainInvalidSetting ({ errors }: Error & { errors?: SchemaError[] }) {
  const { instancePath, message, params } = errors![0]!
  const name = instancePath.slice(1) as keyof Settings
  const allowed = Array.isArray(params?.allowedValues) ? ` (${params.allowedValues.join(', ')})` : ''
  return new InvalidSetting(`${name} ${message}${allowed}: ${Settings.properties[name].description}`)
}
