import type { Settings } from '#lib/config/settings.js'
import { InvalidSetting, quote } from '#lib/errors.js'
import { loadEntry } from './cloud-entry.js'
import type { Entry } from './cloud-entry.js'

/** The values of a cloud by openstacksdk's names, each with the setting that gives it, for error messages. */
export type CloudValues = Record<string, { value: unknown, setting: string }>

export interface Given {
  text: string
  setting: string
}

/** The plugins of keystoneauth that the service logs in like. */
export const authTypes = ['password', 'v3password', 'v3applicationcredential'] as const

/** The keys below `auth` that are understood. openstacksdk rejects any other one as well. */
const authKeys = [
  'auth_url', 'user_id', 'username', 'user_name', 'user_domain_id', 'user_domain_name', 'password',
  'project_id', 'project_name', 'tenant_id', 'tenant_name', 'project_domain_id', 'project_domain_name',
  'domain_id', 'domain_name', 'default_domain', 'default_domain_id', 'default_domain_name', 'system_scope',
  'trust_id', 'application_credential_id', 'application_credential_name', 'application_credential_secret'
]

/**
 * Other names of keys, and the names that the service uses. Those of the service count over the others, and
 * of several others the first one of this table counts.
 */
const otherNames = {
  username: 'user_name',
  tenant_id: 'project_id',
  tenant_name: 'project_name',
  auth_plugin: 'auth_type',
  interface: 'endpoint_type',
  identity_endpoint: 'identity_endpoint_override',
  compute_endpoint: 'compute_endpoint_override',
  network_endpoint: 'network_endpoint_override',
  volumev3_endpoint_override: 'block_storage_endpoint_override',
  volume_endpoint_override: 'block_storage_endpoint_override',
  block_storage_endpoint: 'block_storage_endpoint_override',
  volumev3_endpoint: 'block_storage_endpoint_override',
  volume_endpoint: 'block_storage_endpoint_override'
}

/** The values that the settings give: those of their cloud in `clouds.yaml`, and variables over them. */
export function loadCloudValues (settings: Settings): CloudValues {
  const variables = fromVariables(settings)
  if (settings.OS_CLOUD === undefined) return variables
  const entries = Object.entries(fromEntry(loadEntry(settings.OS_CLOUD, settings)))
  // A variable, by id or by name, replaces everything in the file.
  const replaced = new Set(Object.keys(variables).map(subject))
  return { ...Object.fromEntries(entries.filter(([key]) => !replaced.has(subject(key)))), ...variables }
}

const subject = (key: string) => key === 'verify' ? 'insecure' : key.replace(/_(?:id|name)$/, '')

/** The variables by openstacksdk's names: OS_AUTH_URL is `auth_url`. */
function fromVariables (settings: Settings): CloudValues {
  const values = Object.entries(settings)
    .filter(([name, value]) => /^OS_(?!CLOUD$|CLIENT_)/.test(name) && value !== undefined)
    .map(([setting, value]) => [setting.slice('OS_'.length).toLowerCase(), { value: String(value), setting }])
  const variables: CloudValues = Object.fromEntries(values)
  const credential = variables.application_credential_id ?? variables.application_credential_name
  // The file's `auth_type` would be a password's.
  const type = credential && { auth_type: { ...credential, value: 'v3applicationcredential' } }
  return withOneName({ ...type, ...variables })
}

/**
 * The values of an entry. Those below `auth` may stand beside it as well.
 * @throws InvalidSetting for a way to log in that is not understood
 */
function fromEntry ({ auth, ...entry }: Entry): CloudValues {
  const given = Object.entries({ ...entry, ...auth })
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => [key, { value, setting: `${key} in clouds.yaml` }])
  const values = withOneName(Object.fromEntries(given))
  const type = read(values, 'auth_type')
  if (type !== undefined && !authTypes.some((known) => known === type.text)) {
    throw new InvalidSetting(`${type.setting} must be ${authTypes.join(' or ')}, not ${quote(type.text)}`)
  }
  const unknown = Object.keys(auth).find((key) => auth[key] !== null && !authKeys.includes(key))
  if (unknown === undefined) return values
  throw new InvalidSetting(
    `${quote(unknown)} below auth in clouds.yaml is not understood: a user with a password, or an ` +
    'application credential, logs in'
  )
}

function withOneName (values: CloudValues) {
  return Object.entries(otherNames).reduce((values, [other, name]) => {
    const { [other]: value, ...rest } = values
    return value === undefined ? values : { [name]: value, ...rest }
  }, values)
}

/**
 * The first of some values that is given.
 * @throws InvalidSetting where it is a list or a map
 */
export function read (values: CloudValues, ...keys: string[]): Given | undefined {
  const found = keys.map((key) => values[key]).find((given) => given !== undefined)
  if (found === undefined) return undefined
  const { value, setting } = found
  if (typeof value !== 'string') throw new InvalidSetting(`${setting} must be a text`)
  return { text: value, setting }
}

const booleans = new Map([
  ['true', true], ['yes', true], ['on', true], ['false', false], ['no', false], ['off', false]
])

/**
 * A boolean in one of YAML 1.1's words.
 * @throws InvalidSetting where it is another one
 */
export function readBoolean (values: CloudValues, key: string) {
  const given = read(values, key)
  const value = given && booleans.get(given.text.toLowerCase())
  if (given !== undefined && value === undefined) {
    throw new InvalidSetting(`${given.setting} must be true or false`)
  }
  return value
}
