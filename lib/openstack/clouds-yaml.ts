import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import type { Settings } from '#lib/config/settings.js'
import type { TlsFiles } from '#lib/config/upstream-tls.js'
import { InvalidSetting } from '#lib/errors.js'
import type { CatalogService, Interface } from './catalog.js'
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

/** One cloud of `clouds.yaml`, as far as it is used. */
type Entry = Record<string, unknown> & { auth?: Record<string, unknown> }

/**
 * The cloud that the settings name: an entry of `clouds.yaml` (with `secure.yaml` merged in), `OS_*`
 * variables, or the entry overridden by the variables.
 * @throws InvalidSetting where there is none, or where it lacks what a login needs
 */
export function loadCloud (settings: Settings): CloudConfig {
  const entry = settings.OS_CLOUD === undefined
    ? {}
    : loadEntry(settings.OS_CLOUD, settings.OS_CLIENT_CONFIG_FILE)
  const auth = Object.fromEntries(
    Object.entries(entry.auth ?? {}).map(([key, value]) => [key, String(value)])
  )
  const text = (value: unknown) => value === undefined || value === null ? undefined : String(value)
  const path = (value: unknown) => text(value)?.replace(/^~(?=\/)/, homedir())

  const authUrl = settings.OS_AUTH_URL ?? auth.auth_url
  if (authUrl === undefined) {
    throw new InvalidSetting('OS_AUTH_URL is missing: give it, or name a cloud of clouds.yaml in OS_CLOUD')
  }
  if (!URL.canParse(authUrl)) {
    throw new InvalidSetting(
      'OS_AUTH_URL must be the URL of Keystone, such as https://cloud.example.org:5000/v3'
    )
  }

  const login = parseLogin(settings, auth)
  return {
    authUrl,
    ...login,
    scope: login.applicationCredential ? undefined : parseScope(settings, auth),
    region: settings.OS_REGION_NAME ?? text(entry.region_name),
    interface: parseInterface(settings.OS_INTERFACE ?? text(entry.interface)),
    overrides: {
      identity: settings.OS_IDENTITY_ENDPOINT_OVERRIDE ?? text(entry.identity_endpoint_override),
      compute: settings.OS_COMPUTE_ENDPOINT_OVERRIDE ?? text(entry.compute_endpoint_override),
      network: settings.OS_NETWORK_ENDPOINT_OVERRIDE ?? text(entry.network_endpoint_override),
      'block-storage':
        settings.OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE ?? text(entry.block_storage_endpoint_override)
    },
    tls: {
      cacert: settings.OS_CACERT ?? path(entry.cacert),
      cert: settings.OS_CERT ?? path(entry.cert),
      key: settings.OS_KEY ?? path(entry.key),
      insecure: settings.OS_INSECURE ?? (entry.verify === false || entry.insecure === true)
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

type Login = Pick<CloudConfig, 'identity' | 'applicationCredential'>

/** Source: Identity API v3, "Password authentication" and "Authenticating with an Application Credential". */
function parseLogin (settings: Settings, auth: Record<string, string>): Login {
  const userDomain = reference(
    settings.OS_USER_DOMAIN_ID, settings.OS_USER_DOMAIN_NAME, auth.user_domain_id, auth.user_domain_name
  )
  const user = reference(settings.OS_USER_ID, settings.OS_USERNAME, auth.user_id, auth.username, userDomain)
  const credential = reference(
    settings.OS_APPLICATION_CREDENTIAL_ID, settings.OS_APPLICATION_CREDENTIAL_NAME,
    auth.application_credential_id, auth.application_credential_name
  )
  if (credential !== undefined) {
    const secret = settings.OS_APPLICATION_CREDENTIAL_SECRET ?? auth.application_credential_secret
    if (secret === undefined) throw new InvalidSetting('OS_APPLICATION_CREDENTIAL_SECRET is missing')
    if ('name' in credential && user === undefined) {
      throw new InvalidSetting(
        'OS_USERNAME is missing: an application credential that is given by its name needs its user'
      )
    }
    const named = 'name' in credential ? { ...credential, user } : credential
    return {
      applicationCredential: true,
      identity: { methods: ['application_credential'], application_credential: { ...named, secret } }
    }
  }
  const password = settings.OS_PASSWORD ?? auth.password
  if (user === undefined) {
    throw new InvalidSetting(
      'OS_USERNAME is missing: a user with a password, or an application credential, logs in'
    )
  }
  if (password === undefined) throw new InvalidSetting('OS_PASSWORD is missing')
  return {
    applicationCredential: false,
    identity: { methods: ['password'], password: { user: { ...user, password } } }
  }
}

function parseScope (settings: Settings, auth: Record<string, string>): LoginScope | undefined {
  const domain = reference(
    settings.OS_PROJECT_DOMAIN_ID, settings.OS_PROJECT_DOMAIN_NAME,
    auth.project_domain_id, auth.project_domain_name
  )
  const project = reference(
    settings.OS_PROJECT_ID, settings.OS_PROJECT_NAME, auth.project_id, auth.project_name, domain
  )
  return project && { project }
}

/**
 * A thing as Keystone's API refers to it: by id, or by name within its domain where it has one. A variable,
 * by id or by name, replaces everything in the file.
 */
function reference (id?: string, name?: string, fileId?: string, fileName?: string, domain?: object) {
  if (id === undefined && name === undefined) [id, name] = [fileId, fileName]
  if (id !== undefined) return { id }
  return name === undefined ? undefined : { name, domain: domain ?? { id: 'default' } }
}

function parseInterface (name = 'public'): Interface {
  const [, found] = /^(public|internal|admin)(?:URL)?$/.exec(name) ?? []
  if (found === undefined) {
    throw new InvalidSetting('interface in clouds.yaml must be public, internal or admin')
  }
  return found as Interface
}

function loadEntry (name: string, path?: string): Entry {
  const file = path ?? defaultPaths().find(existsSync)
  if (file === undefined) {
    throw new InvalidSetting(
      `OS_CLOUD names ${name}, but there is no clouds.yaml in ${defaultPaths().join(', ')}`
    )
  }
  const entry = parseEntry(file, name)
  if (entry === undefined) throw new InvalidSetting(`OS_CLOUD must be a cloud of ${file}: it has no ${name}`)
  const secureFile = join(dirname(file), 'secure.yaml')
  const secret = existsSync(secureFile) ? parseEntry(secureFile, name) : undefined
  return { ...entry, ...secret, auth: { ...entry.auth, ...secret?.auth } }
}

function defaultPaths () {
  const folders = ['.', join(homedir(), '.config/openstack'), '/etc/openstack']
  return folders.map((folder) => join(folder, 'clouds.yaml'))
}

function parseEntry (file: string, name: string): Entry | undefined {
  try {
    return parse(readFileSync(file, 'utf8'))?.clouds?.[name]
  } catch (err) {
    // The parser's own message quotes the line, which may hold a password.
    const { code = 'unreadable' } = err as { code?: string }
    throw new InvalidSetting(`OS_CLIENT_CONFIG_FILE must be a YAML file that can be read: ${file} (${code})`)
  }
}
