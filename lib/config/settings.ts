import { Type } from '@sinclair/typebox'
import type { Static, StringOptions, TSchema } from '@sinclair/typebox'
import { parseDuration } from '#lib/duration.js'
import { InvalidSetting } from '#lib/errors.js'
import { httpUrlRule, isHttpUrl } from './http-url.js'

const requiredDuration = (options: StringOptions) =>
  Type.String({ pattern: '^([0-9]{1,10}[smhdw]){1,8}$', ...options })
const duration = (defaultValue: string, description: string) =>
  requiredDuration({ default: defaultValue, description })
const lifetime = (defaultValue: string, description: string) =>
  Type.String({ pattern: '^(0|([0-9]{1,10}[smhdw]){1,8})$', default: defaultValue, description })
const text = (description: string) => Type.Optional(Type.String({ description }))
const flag = (description: string) => Type.Boolean({ default: false, description })
const limit = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }))
const url = (description: string) => Type.Optional(Type.String({ format: 'http-url', description }))
const secret = (description: string) => Type.Optional(Type.String({ description, secret: true }))
const choice = <const T extends string>(values: T[], defaultValue: T, description: string) =>
  Type.Unsafe<T>({ type: 'string', enum: values, default: defaultValue, description })
/** Sent in a header: visible ASCII. */
const header = (options: StringOptions, description: string) =>
  Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]+$', description, ...options }))
const catalogInterface = (description: string) => Type.Optional(Type.Unsafe<string>({
  type: 'string', enum: ['public', 'internal', 'admin', 'publicURL', 'internalURL', 'adminURL'], description
}))
/** Marks a setting that responses depend on: processes share cached values only where these are equal. */
const affectsResponses = <T extends TSchema>(schema: T) => ({ ...schema, affectsResponses: true })

/** The profiles of lib/metrics, and that of InfluxDB. */
export const metricsProfiles = ['monasca', 'inovex', 'tinkoff', 'debian', 'libvirtd', 'ceilometer'] as const

/**
 * Every setting: the only definition of its name, type, default and description. The table in
 * docs/configuration.md and the output of `--help` are generated from it.
 */
export const Settings = Type.Object({
  SETTINGS_FILE: text(
    'file with more settings, a `NAME=value` a line; the environment overrides it. `SIGHUP` reloads it'),
  HOST: Type.String({ default: '127.0.0.1', description: 'address to listen on' }),
  PORT: Type.Integer({
    minimum: 0, maximum: 65535, default: 8080, description: 'port to listen on; 0 selects a free one'
  }),
  MANAGEMENT_LISTEN: Type.Optional(Type.String({
    pattern: '^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9.-]+):[0-9]{1,5}$',
    description: 'address and port of a second listener, such as `10.0.0.5:9090` or `[::1]:9090`, for ' +
      '`/metrics`, which the first one does not serve then, and for `/healthz`, `/readyz`, `/docs` and ' +
      '`/openapi.*`'
  })),
  WORKERS: Type.String({
    pattern: '^(auto|[1-9]|[1-5][0-9]|6[0-4])$',
    default: '1',
    description: 'processes that serve requests, 1 to 64; `auto` starts one for each core that they may use'
  }),
  AUTH: choice(['none', 'keystone'], 'none',
    'how clients are authenticated: not at all (`none`), or by a Keystone token (`keystone`), which also ' +
    'decides what they see'),
  AUTH_GLOBAL_ROLES: text('roles that see every project, beside `admin`; comma-separated, in any case'),
  AUTH_READER_ROLES: Type.String({
    default: 'reader,member,manager,admin,_member_',
    description: 'roles that see the project or the domain of their token; comma-separated, in any case'
  }),
  TOKEN_CACHE_TIME: lifetime('1m',
    'how long a token validation is cached, at most 5m; a revoked token works until then. `0` turns the ' +
    'cache off'),
  WWW_AUTHENTICATE_URI: url('Keystone\'s URL in 401 responses; `OS_AUTH_URL` unless set'),
  SESSION_KEY: Type.Optional(Type.String({
    pattern: '^[A-Za-z0-9_-]{43}( *, *[A-Za-z0-9_-]{43})*$',
    description: 'key that seals the cookies of signed-in users: 32 random bytes in base64url; several are ' +
      'comma-separated, of which the first seals and each opens. All replicas need the same. Unless set, ' +
      'the service makes one at each start, which signs all users out',
    secret: true
  })),
  WEBSSO: text(
    'identity providers to sign in with by Keystone\'s single sign-on, each as `label=protocol` or ' +
    '`label=provider/protocol`, such as `Company login=openid`; comma-separated; none unless set'),
  ALLOW_UNAUTHENTICATED: flag(
    '`true` allows `AUTH=none` on an address other than loopback, where every client can read every ' +
    'project, and requests with any `Host`'),
  TLS_CERT: text(
    'PEM file with the certificate and its chain; with `TLS_KEY` it turns HTTPS on. A changed file is ' +
    'used within 10 s'),
  TLS_KEY: text('PEM file with the certificate\'s key'),
  TRUST_PROXY: text(
    'proxies whose `X-Forwarded-For` is trusted: addresses and CIDRs, comma-separated; none unless set'),
  CORS_ORIGINS: text(
    'origins whose pages may read responses, such as `https://portal.example.org`; comma-separated; none ' +
    'unless set'),
  UI: choice(['on', 'off'], 'on', 'whether the page at `/ui/` is served, with its sign-in'),
  RATE_LIMIT: limit('requests per minute of one client; unlimited unless set'),
  CONCURRENCY_LIMIT: limit('concurrent requests of one client; unlimited unless set'),
  LIMIT_BY: choice(['user', 'project'], 'user',
    'the client that both limits count with `AUTH=keystone`: the user of a valid token, or all users of ' +
    'its project together'),
  OVERLOAD_DELAY: lifetime('1s',
    'how late the event loop may be, on the mean of a second, before requests are rejected with 503, at ' +
    'most 1h; `0` rejects none for it'),
  READINESS: choice(['process', 'upstreams'], 'process',
    'when `/readyz` responds with 200: while the process can serve requests (`process`), or only while ' +
    'identity, compute and metrics are up as well (`upstreams`)'),
  SHUTDOWN_GRACE: duration('10s', 'how long requests in flight may take after SIGTERM, at most 1h'),
  LOG_LEVEL: choice<string>(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info',
    'lowest level that is logged'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(
    'OTLP/HTTP receiver of traces, such as `http://localhost:4318`; no traces unless set. ' +
    'OpenTelemetry\'s variables for headers, certificates, sampling, batches and the resource apply as well'),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(
    'the receiver\'s complete URL, such as `http://localhost:4318/v1/traces`, instead'),
  OTEL_TRACES_EXPORTER: choice(['otlp', 'none'], 'otlp', '`none` turns traces off'),
  OTEL_SDK_DISABLED: text('`true` turns traces off'),

  HTTPS_PROXY: secret(
    'proxy through which https upstreams are called, `http://[user:password@]host[:port]`; `HTTP_PROXY` ' +
    'unless set. These three names count in lower case as well'),
  HTTP_PROXY: secret('the same for http upstreams'),
  NO_PROXY: text(
    'hosts, domains, addresses and CIDRs that are called directly, as loopback always is; comma-separated'),

  OS_CLOUD: text('cloud of `clouds.yaml`'),
  OS_CLIENT_CONFIG_FILE: text(
    'path of `clouds.yaml`; unless set, it is searched in the working directory, and in `openstack` below ' +
    '`$XDG_CONFIG_HOME`, `~/.config`, `$XDG_CONFIG_DIRS` and `/etc`'),
  OS_CLIENT_SECURE_FILE: text(
    'path of `secure.yaml`, which is merged in; unless set, it is searched beside `clouds.yaml`, and then ' +
    'in the same folders'),
  OS_AUTH_TYPE: Type.Optional(Type.Unsafe<string>({
    type: 'string',
    enum: ['password', 'v3password', 'v3applicationcredential'],
    description: 'how to log in; by the application credential where there is one, unless set'
  })),
  OS_AUTH_URL: url('Keystone\'s URL. This and the other `OS_` variables override the file'),
  OS_USERNAME: text('user name of the service\'s credential'),
  OS_USER_ID: text('user id, instead of the name'),
  OS_PASSWORD: secret('the user\'s password'),
  OS_USER_DOMAIN_NAME: text('name of the user\'s domain; the domain with id `default` unless set'),
  OS_USER_DOMAIN_ID: text('id of the user\'s domain, instead of the name'),
  OS_PROJECT_NAME: text('project to log in to; the user\'s default project unless set'),
  OS_PROJECT_ID: text('id of that project, instead of the name'),
  OS_PROJECT_DOMAIN_NAME: text('name of the project\'s domain; the domain with id `default` unless set'),
  OS_PROJECT_DOMAIN_ID: text('id of the project\'s domain, instead of the name'),
  OS_TENANT_NAME: text('`OS_PROJECT_NAME` of old clients'),
  OS_TENANT_ID: text('`OS_PROJECT_ID` of old clients'),
  OS_DOMAIN_NAME: text('name of the domain of both, the user and the project'),
  OS_DOMAIN_ID: text('id of that domain, instead of the name'),
  OS_DEFAULT_DOMAIN_NAME: text('the same as `OS_DOMAIN_NAME`, which counts over it'),
  OS_DEFAULT_DOMAIN_ID: text('the same as `OS_DOMAIN_ID`, which counts over it'),
  OS_DEFAULT_DOMAIN: text('id of the domain where no other setting names one; `default` unless set'),
  OS_SYSTEM_SCOPE: text('rejected without a project: the service logs in to one'),
  OS_TRUST_ID: text('rejected: the service does not use trusts'),
  OS_APPLICATION_CREDENTIAL_ID: text('application credential, instead of a user and a password'),
  OS_APPLICATION_CREDENTIAL_NAME: text('name of the application credential; it needs its user as well'),
  OS_APPLICATION_CREDENTIAL_SECRET: secret('the application credential\'s secret'),
  OS_REGION_NAME: text('region whose endpoints are used; required where the service catalog has several'),
  OS_INTERFACE: catalogInterface('interface of the endpoints that are used; `public` unless set'),
  OS_ENDPOINT_TYPE: catalogInterface('`OS_INTERFACE` of old clients, which counts over it'),
  OS_IDENTITY_ENDPOINT_OVERRIDE: url('Keystone\'s URL after the login, instead of the catalog\'s'),
  OS_COMPUTE_ENDPOINT_OVERRIDE: url('Nova\'s URL, instead of the catalog\'s'),
  OS_NETWORK_ENDPOINT_OVERRIDE: url('Neutron\'s URL, instead of the catalog\'s'),
  OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE: url(
    'Cinder\'s URL, instead of the catalog\'s; `%(project_id)s` in it is replaced by the token\'s project'),
  OS_CACERT: text('PEM file of a CA that is trusted beside the public ones, for every upstream and Redis'),
  OS_CERT: text('PEM file of the client certificate for OpenStack'),
  OS_KEY: text('PEM file of that certificate\'s key; unless set, `OS_CERT` has to hold the key as well'),
  OS_INSECURE: Type.Optional(Type.Boolean({ description: '`true` accepts any certificate from OpenStack' })),
  ABSENT_SERVICES: affectsResponses(Type.Optional(Type.String({
    pattern: '^ *((network|block-storage) *(, *|$))*$',
    description: 'services that the cloud does not have, `network` or `block-storage`; comma-separated. ' +
      'They are not called, and do not count as unavailable; none unless set'
  }))),
  EXCLUDE_DOMAINS: affectsResponses(Type.String({
    default: 'heat_user_domain',
    description: 'names or ids of domains whose projects the summary leaves out; comma-separated'
  })),

  INFLUX_URL: affectsResponses(url(
    'InfluxDB\'s URL: version 1.x, or the compatible `/query` of later ones; `http://127.0.0.1:8086` ' +
    'unless set. A user and a password in it are `INFLUX_USERNAME` and `INFLUX_PASSWORD`, unless these ' +
    'are set')),
  INFLUX_DATABASE: affectsResponses(Type.String({
    pattern: '^([^%]+|[A-Za-z0-9_.-]*%\\(project_id\\)s[A-Za-z0-9_.-]*)$',
    default: 'mon',
    description: 'database with Monasca\'s series; `mon_%(project_id)s` where each project has one of its ' +
      'own, as with Monasca\'s `db_per_tenant`'
  })),
  INFLUX_RETENTION_POLICY: affectsResponses(
    text('its retention policy; the database\'s default one unless set')
  ),
  INFLUX_USERNAME: affectsResponses(text('InfluxDB user')),
  INFLUX_PASSWORD: secret('that user\'s password'),
  INFLUX_TOKEN: secret('InfluxDB token, instead of a user and a password'),
  PROMETHEUS_URL: affectsResponses(url(
    'base of a Prometheus API, such as `http://prometheus:9090`, `https://mimir/prometheus` or ' +
    '`http://vmselect:8481/select/0/prometheus`; metrics are then read there, and not from InfluxDB')),
  PROMETHEUS_USERNAME: affectsResponses(text('its user')),
  PROMETHEUS_PASSWORD: secret('that user\'s password'),
  PROMETHEUS_TOKEN: header({ secret: true }, 'its bearer token, instead of a user and a password'),
  PROMETHEUS_TENANT: affectsResponses(
    header({}, 'its tenant, which Mimir and Cortex read (`X-Scope-OrgID`)')
  ),
  METRICS_PROFILE: affectsResponses(Type.Optional(Type.Unsafe<typeof metricsProfiles[number]>({
    type: 'string',
    enum: [...metricsProfiles],
    description: 'exporter of the metrics: `inovex`, `tinkoff`, `debian`, `libvirtd` or `ceilometer`, ' +
      'found by its metrics unless set; `monasca` in InfluxDB'
  }))),
  METRICS_INTERVAL: affectsResponses(
    duration('5m', 'how often Ceilometer polls, at most 1h; other profiles do not use it')
  ),
  METRICS_MAX_AGE: affectsResponses(duration('2m', 'age up to which a sample counts as the latest usage')),
  SETTLE_TIME: affectsResponses(Type.Optional(requiredDuration({
    description: 'how long after its end a bucket may change because of late samples; until then it is ' +
      'cached for half of `SERIES_TTL` only; twice `groupBy`, at least 2m, unless set'
  }))),

  SERIES_TTL: lifetime('5s', 'how long a response with series is fresh; `0` turns its cache off'),
  INSTANCES_TTL: lifetime('10s', 'how long a page of instances is fresh; `0` turns its cache off'),
  SUMMARY_TTL: lifetime('30s', 'how long a project summary is fresh; `0` turns its cache off'),
  STALE_LIMIT: lifetime(
    '10m', 'age up to which a stale response is served while an upstream fails (stale-if-error)'
  ),
  CACHE: choice(['on', 'off'], 'on', '`off` turns all caches off, for measurements'),
  REDIS_URL: secret(
    'Redis or Valkey through which processes share cached values: ' +
    '`redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS; for a cluster ' +
    '`redis+cluster://` or `rediss+cluster://` with one or more hosts, comma-separated; with Sentinels ' +
    '`redis+sentinel://[user:password@]host[:port],…/master[/database]`, and ' +
    '`?sentinelUsername=…&sentinelPassword=…` where they have a login of their own'),

  UPSTREAM_TIMEOUT: duration(
    '10s', 'deadline of one request to an upstream, its queue time and retry included; at most 1h'
  ),
  UPSTREAM_CONNECTIONS: Type.Integer({
    minimum: 1, maximum: 1024, default: 32, description: 'concurrent requests to one upstream'
  })
} satisfies Record<string, TSchema>)

/** The settings after validation, with defaults. */
export type Settings = Static<typeof Settings>

/** The formats of settings: what JSON Schema's validator does not have, and the rule for error messages. */
export const settingFormats = { 'http-url': { validate: isHttpUrl, rule: httpUrlRule } }

/** Marks of settings that JSON Schema does not have. */
export const settingMarks = ['secret', 'affectsResponses'] as const

const marked = (mark: typeof settingMarks[number]) =>
  Object.entries(Settings.properties).filter(([, schema]) => mark in schema).map(
    ([name]) => name as keyof Settings
  )

/** The names of the settings whose values must not be logged. */
export const secretSettings = marked('secret')

/** The settings that responses depend on, beside the cloud's. */
export const responseSettings = (settings: Settings) =>
  Object.fromEntries(marked('affectsResponses').map((name) => [name, settings[name]]))

type DurationSetting =
  'METRICS_INTERVAL' | 'METRICS_MAX_AGE' | 'UPSTREAM_TIMEOUT' | 'OVERLOAD_DELAY' | 'SHUTDOWN_GRACE' |
  'SERIES_TTL' | 'INSTANCES_TTL' | 'SUMMARY_TTL' | 'STALE_LIMIT' | 'TOKEN_CACHE_TIME'

/** Upper bounds: a revoked token must not work for longer, and timers have a maximum of some weeks. */
const maxDurations: Partial<Record<keyof Settings, string>> = {
  TOKEN_CACHE_TIME: '5m',
  OVERLOAD_DELAY: '1h',
  SHUTDOWN_GRACE: '1h',
  UPSTREAM_TIMEOUT: '1h',
  METRICS_INTERVAL: '1h'
}

/**
 * Milliseconds of a setting that is a duration, or a lifetime, which may be 0.
 * @throws InvalidSetting where it is another zero, or too long
 */
export function durationMs (settings: Settings, name: DurationSetting) {
  if (settings[name] === '0') return 0
  const seconds = durationSeconds(name, settings[name])
  const max = maxDurations[name]
  if (max !== undefined && seconds > parseDuration(max)!) {
    throw new InvalidSetting(`${name} must be at most ${max}`)
  }
  return seconds * 1000
}

/**
 * Seconds after its end in which a bucket may still change, as a function of its width in seconds.
 * @throws InvalidSetting
 */
export function settleSeconds ({ SETTLE_TIME }: Settings): (step: number) => number {
  if (SETTLE_TIME === undefined) return (step) => Math.max(2 * step, 120)
  const seconds = durationSeconds('SETTLE_TIME', SETTLE_TIME)
  return () => seconds
}

function durationSeconds (name: keyof Settings, text: string) {
  const seconds = parseDuration(text)
  if (seconds === undefined) throw new InvalidSetting(`${name} must be a duration from 1s to 3650d`)
  return seconds
}

/** The entries of a comma-separated list. */
export function splitList (text: string) {
  return text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '')
}

/** The roles that decide what a caller sees. */
export const visibilityRoles = ({ AUTH_GLOBAL_ROLES = '', AUTH_READER_ROLES }: Settings) =>
  ({ global: splitList(AUTH_GLOBAL_ROLES), reader: splitList(AUTH_READER_ROLES) })

/** Whether unauthenticated clients of other hosts can reach the address. */
export function isOpenToNetwork ({ AUTH, HOST }: Settings) {
  const loopback = HOST === 'localhost' || HOST === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(HOST)
  return AUTH === 'none' && !loopback
}

/**
 * Rejects such an address, unless a setting allows it.
 * @throws InvalidSetting
 */
export function rejectOpenAddress (settings: Settings) {
  if (!isOpenToNetwork(settings) || settings.ALLOW_UNAUTHENTICATED) return
  throw new InvalidSetting(
    `HOST must be a loopback address, not ${settings.HOST}: clients can read every project. ` +
    'Set AUTH=keystone to authenticate them, or ALLOW_UNAUTHENTICATED=true to allow it'
  )
}

/** One of Ajv's errors. */
interface SchemaError {
  instancePath: string
  message?: string
  params?: Record<string, unknown>
}

/** The first of the validator's errors, as one line. It never quotes the value, which may be a secret. */
export function explainInvalidSetting ({ errors }: Error & { errors?: SchemaError[] }) {
  const { instancePath, message, params } = errors![0]!
  const name = instancePath.slice(1) as keyof Settings
  const format = settingFormats[params?.format as keyof typeof settingFormats]
  const allowed = Array.isArray(params?.allowedValues) ? ` (${params.allowedValues.join(', ')})` : ''
  const { description } = Settings.properties[name]
  return new InvalidSetting(`${name} ${format?.rule ?? message}${allowed}: ${description}`)
}
