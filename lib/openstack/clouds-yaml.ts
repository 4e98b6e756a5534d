import { httpUrlRule, isHttpUrl } from '#lib/config/http-url.js'
import type { PemFile } from '#lib/config/pem.js'
import type { Settings } from '#lib/config/settings.js'
import type { TlsFiles } from '#lib/config/upstream-tls.js'
import { InvalidSetting } from '#lib/errors.js'
import type { CatalogService, Interface } from './catalog.js'
import { loadCloudValues, read, readBoolean } from './cloud-values.js'
import type { CloudValues, Given } from './cloud-values.js'
import type { LoginOptions, LoginScope } from './login.js'

/** How to log in to a cloud, and which of its endpoints to use. */
export interface CloudConfig extends LoginOptions {
  /** Whether the credential is an application credential, which belongs to one project for good. */
  applicationCredential: boolean
  region?: string
  interface: Interface
  /** URLs that replace the catalog's. */
  overrides: Partial<Record<CatalogService, string>>
  tls: TlsFiles
}

/**
 * The cloud that the settings name: an entry of `clouds.yaml`, `OS_*` variables, or the entry overridden by
 * the variables.
 * @throws InvalidSetting where there is none, or where it lacks what a login needs
 */
export function readCloud (settings: Settings): CloudConfig {
  const values = loadCloudValues(settings)
  const authUrl = parseUrl(values, 'auth_url')
  if (authUrl === undefined) {
    throw new InvalidSetting('OS_AUTH_URL is missing: give it, or name a cloud of clouds.yaml in OS_CLOUD')
  }
  const region = read(values, 'region_name')?.text
  const wanted = parseInterface(read(values, 'endpoint_type'))
  rejectExceptions(values, region, wanted)
  return {
    authUrl,
    ...parseLogin(values),
    region,
    interface: wanted,
    overrides: {
      identity: parseUrl(values, 'identity_endpoint_override'),
      compute: parseUrl(values, 'compute_endpoint_override'),
      network: parseUrl(values, 'network_endpoint_override'),
      'block-storage': parseUrl(values, 'block_storage_endpoint_override')
    },
    tls: {
      cacert: parsePath(values, 'cacert'),
      cert: parsePath(values, 'cert'),
      key: parsePath(values, 'key'),
      insecure: readBoolean(values, 'insecure') === true || readBoolean(values, 'verify') === false
    }
  }
}

/**
 * The facts of a cloud that responses depend on: which cloud, which credential, and which of its endpoints.
 */
export function cloudIdentity (cloud: CloudConfig) {
  const { authUrl, identity, scope, region, interface: wanted, overrides } = cloud
  return { authUrl, identity, scope, region, wanted, overrides }
}

/** A text with the region in the place of its name, as in `https://{region_name}.example.org`. */
function readTemplate (values: CloudValues, key: string): Given | undefined {
  const given = read(values, key)
  const region = read(values, 'region_name')?.text
  return given && region !== undefined
    ? { ...given, text: given.text.replaceAll('{region_name}', region) }
    : given
}

function parseUrl (values: CloudValues, key: string) {
  const given = readTemplate(values, key)
  if (given !== undefined && !isHttpUrl(given.text)) {
    throw new InvalidSetting(`${given.setting} ${httpUrlRule}`)
  }
  return given?.text
}

function parsePath (values: CloudValues, key: string): PemFile | undefined {
  const given = readTemplate(values, key)
  return given && { setting: given.setting, path: given.text }
}

function parseInterface (given: Given = { text: 'public', setting: '' }): Interface {
  const [, found] = /^(public|internal|admin)(?:URL)?$/.exec(given.text) ?? []
  if (found === undefined) throw new InvalidSetting(`${given.setting} must be public, internal or admin`)
  return found as Interface
}

/**
 * Rejects an interface or a region of one service that is not the cloud's: the service uses one for all.
 * @throws InvalidSetting
 */
function rejectExceptions (values: CloudValues, region: string | undefined, wanted: Interface) {
  for (const key of Object.keys(values)) {
    const [, , kind] = exception.exec(key) ?? []
    const given = kind === undefined ? undefined : read(values, key)
    if (given === undefined) continue
    if (kind === 'region_name' ? given.text === region : parseInterface(given) === wanted) continue
    throw new InvalidSetting(`${given.setting} must be that of the cloud: all services have the same`)
  }
}

const exception =
  /^(identity|compute|network|block_storage|volumev3|volume)_(interface|endpoint_type|region_name)$/

type Login = Pick<CloudConfig, 'identity' | 'applicationCredential' | 'scope'>

/** Source: Identity API v3, "Password authentication" and "Authenticating with an Application Credential". */
function parseLogin (values: CloudValues): Login {
  const credential = parseReference(values, 'application_credential')
  const type = read(values, 'auth_type')
  const applicationCredential = type === undefined
    ? credential !== undefined
    : type.text === 'v3applicationcredential'
  if (applicationCredential) {
    if (credential === undefined) throw new InvalidSetting('OS_APPLICATION_CREDENTIAL_ID is missing')
    return { applicationCredential, identity: parseCredential(values, credential) }
  }
  const user = parseReference(values, 'user', parseDomain(values, 'user'))
  const password = read(values, 'password')?.text
  if (user === undefined) {
    throw new InvalidSetting(
      'OS_USERNAME is missing: a user with a password, or an application credential, logs in'
    )
  }
  if (password === undefined) throw new InvalidSetting('OS_PASSWORD is missing')
  return {
    applicationCredential,
    identity: { methods: ['password'], password: { user: { ...user, password } } },
    scope: parseScope(values)
  }
}

function parseCredential (values: CloudValues, credential: Reference) {
  const user = parseReference(values, 'user', parseDomain(values, 'user'))
  const secret = read(values, 'application_credential_secret')?.text
  if (secret === undefined) throw new InvalidSetting('OS_APPLICATION_CREDENTIAL_SECRET is missing')
  if ('name' in credential && user === undefined) {
    throw new InvalidSetting(
      'OS_USERNAME is missing: an application credential that is given by its name needs its user'
    )
  }
  const named = 'name' in credential ? { ...credential, user } : credential
  return { methods: ['application_credential'], application_credential: { ...named, secret } }
}

/**
 * The project to log in to.
 * @throws InvalidSetting where the values name another scope
 */
function parseScope (values: CloudValues): LoginScope | undefined {
  const project = parseReference(values, 'project', parseDomain(values, 'project'))
  const other = project === undefined
    ? read(values, 'trust_id', 'domain_id', 'domain_name', 'system_scope')
    : read(values, 'trust_id')
  if (other === undefined) return project && { project }
  throw new InvalidSetting(
    `${other.setting} is a scope that the service cannot use: it logs in to a project, by OS_PROJECT_NAME`
  )
}

type Reference = { id: string } | { name: string, domain?: Reference }

/** A thing as Keystone's API refers to it: by id, or by name, within its domain where it has one. */
function parseReference (values: CloudValues, thing: string, domain?: Reference): Reference | undefined {
  const id = read(values, `${thing}_id`)
  if (id !== undefined) return { id: id.text }
  const name = read(values, `${thing}_name`)
  return name && { name: name.text, domain }
}

/** The domain of the user or the project: its own, that of both, or the one of Keystone's installation. */
function parseDomain (values: CloudValues, thing: 'user' | 'project'): Reference {
  const id = read(values, `${thing}_domain_id`, 'domain_id', 'default_domain_id')
  if (id !== undefined) return { id: id.text }
  const name = read(values, `${thing}_domain_name`, 'domain_name', 'default_domain_name')
  return name ? { name: name.text } : { id: read(values, 'default_domain')?.text ?? 'default' }
}
