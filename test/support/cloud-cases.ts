import { homedir } from 'node:os'
import { join } from 'node:path'

/** How a cloud is read: the body of its login, the choice of its endpoints, and its TLS. */
export interface Reading {
  authUrl: string
  auth: { identity: object, scope?: object }
  region: string | null
  interface: string
  overrides: Record<string, string>
  tls: { verify: boolean, cacert: string | null, cert: string | null, key: string | null }
}

/** The texts of files by name, and folders. */
export interface Folder { [name: string]: string | Folder }

/** Files and variables that describe a cloud, and how it is read. */
export interface CloudCase {
  name: string
  /** The working folder; `home` in it is XDG_CONFIG_HOME. With files, OS_CLOUD is `mine`. */
  files?: Folder
  env?: Record<string, string>
  /** The difference from the reading of `clouds.yaml` with one user, one project and nothing else. */
  reads?: Partial<Reading>
  /** The message of the one line with which the service does not start. */
  rejects?: RegExp
  /**
   * How openstacksdk reads it: like the service (unless given); with an error; or otherwise, for the given
   * reason. `client` is openstackclient's reading, which has variables over the file.
   */
  sdk?: 'client' | 'rejects' | { otherwise: string }
}

const authUrl = 'http://keystone:5000/v3'
const user = { name: 'ann', domain: { name: 'people' }, password: 'secret' }
const project = { name: 'web', domain: { name: 'customers' } }

const byPassword = (change: object = {}) =>
  ({ methods: ['password'], password: { user: { ...user, ...change } } })
const onProject = (change: object = {}) => ({ project: { ...project, ...change } })
const byCredential = (credential: object) => ({
  methods: ['application_credential'], application_credential: { ...credential, secret: 'hidden' }
})

/** The reading of a cloud with nothing but a user and a project. */
export const plain: Reading = {
  authUrl,
  auth: { identity: byPassword(), scope: onProject() },
  region: null,
  interface: 'public',
  overrides: {},
  tls: { verify: true, cacert: null, cert: null, key: null }
}

const loginKeys = [
  `auth_url: ${authUrl}`, 'username: ann', 'password: secret', 'user_domain_name: people'
]
const projectKeys = ['project_name: web', 'project_domain_name: customers']
const complete = [...loginKeys, ...projectKeys]

const indent = (lines: string[], width: number) =>
  lines.map((line) => `${' '.repeat(width)}${line}\n`).join('')

/** The text of a file with a cloud `mine`: keys below `auth`, and beside it. */
const file = (auth: string[], beside: string[] = [], section = 'clouds') =>
  `${section}:\n  mine:\n${indent(beside, 4)}    auth:\n${indent(auth, 6)}`

const clouds = (auth: string[], beside?: string[]) => ({ 'clouds.yaml': file(auth, beside) })
const beside = (...lines: string[]) => clouds(complete, lines)
const password = (text: string) => clouds(complete.with(2, `password: ${text}`))
const withProject = (...lines: string[]) => clouds([...loginKeys, ...lines])
const reads = (identity: object, scope: object = onProject()) => ({ auth: { identity, scope } })

const variables = {
  OS_AUTH_URL: authUrl,
  OS_USERNAME: 'ann',
  OS_PASSWORD: 'secret',
  OS_USER_DOMAIN_NAME: 'people',
  OS_PROJECT_NAME: 'web',
  OS_PROJECT_DOMAIN_NAME: 'customers'
}
const { OS_PROJECT_NAME, OS_PROJECT_DOMAIN_NAME, ...userVariables } = variables
const { OS_USER_DOMAIN_NAME, ...withoutUserDomain } = userVariables

/** Scalars below `auth` that YAML 1.1 has another type for than text, but openstacksdk reads as text. */
const texts: CloudCase[] = [
  '0891234', '1e5', '"yes"', '\'0x10\'', 'y', '1.0', '12', '0o17'
].map((text) => ({
  name: `the password ${text}`,
  files: password(text),
  reads: reads(byPassword({ password: text.replace(/["']/g, '') }))
}))

/** Scalars of which openstacksdk makes another text, or none. */
const typedTexts: CloudCase[] = [
  '0123', '0x10', '1_000', '1:30', '1.50', 'yes', 'off', '2001-01-01'
].map((text) => ({
  name: `the password ${text}`,
  files: password(text),
  reads: reads(byPassword({ password: text })),
  sdk: { otherwise: 'it sends a number, a boolean or a date' }
}))

const booleans: CloudCase[] = [
  ...['no', 'off', 'false', 'False', 'NO'].map((text) => [text, false] as const),
  ...['yes', 'on', 'true', 'Yes'].map((text) => [text, true] as const)
].map(([text, verify]) => ({
  name: `verify: ${text}`, files: beside(`verify: ${text}`), reads: { tls: { ...plain.tls, verify } }
}))

const unusable = /^(?:trust_id|system_scope|domain_name|OS_DOMAIN_ID)(?: in clouds\.yaml)? is a scope/

/**
 * Clouds, and how they are read. The unit tests compare them with the service's reading, and the tests on a
 * real cloud with that of Debian's openstacksdk as well.
 */
export const cloudCases: CloudCase[] = [
  { name: 'a user and a project', files: clouds(complete) },
  ...texts,
  ...typedTexts,
  ...booleans,
  {
    name: 'anchors and a merge key',
    files: {
      'clouds.yaml': `
x-auth: &auth { auth_url: "${authUrl}", username: ann, password: secret, user_domain_name: people }
x-project: &project { project_name: web, project_domain_name: customers, username: other }
clouds:
  mine:
    auth: { <<: [*auth, *project] }
`
    }
  },
  {
    name: 'two merge keys, and an explicit key before them',
    files: {
      'clouds.yaml': `
x-one: &one { auth_url: "${authUrl}", username: ann, password: one, user_domain_name: people }
x-two: &two { password: secret, project_name: other, project_domain_name: customers }
clouds:
  mine:
    auth:
      project_name: web
      <<: *one
      <<: *two
`
    }
  },
  { name: 'a key twice', files: clouds(['password: first', ...complete]) },
  {
    name: 'tenant_name',
    files: withProject('tenant_name: web', 'project_domain_name: customers')
  },
  {
    name: 'tenant_id',
    files: withProject('tenant_id: p1'),
    reads: reads(byPassword(), { project: { id: 'p1' } })
  },
  {
    name: 'project_name beside tenant_name',
    files: withProject('project_name: web', 'tenant_name: old', 'project_domain_name: customers')
  },
  {
    name: 'project_id',
    files: withProject('project_id: 0123abc'),
    reads: reads(byPassword(), { project: { id: '0123abc' } })
  },
  {
    name: 'domain_name, for the user and the project',
    files: clouds([...loginKeys.slice(0, 3), 'project_name: web', 'domain_name: both']),
    reads: reads(byPassword({ domain: { name: 'both' } }), onProject({ domain: { name: 'both' } }))
  },
  {
    name: 'domain_id beside auth, under the user\'s own domain',
    files: clouds([...loginKeys, 'user_domain_id: d1', 'project_name: web'], ['domain_id: d2']),
    reads: reads(byPassword({ domain: { id: 'd1' } }), onProject({ domain: { id: 'd2' } }))
  },
  {
    name: 'default_domain_id and default_domain_name',
    files: clouds([...loginKeys.slice(0, 3), 'project_name: web'], ['default_domain_id: d3']),
    reads: reads(byPassword({ domain: { id: 'd3' } }), onProject({ domain: { id: 'd3' } }))
  },
  {
    name: 'no domain at all',
    files: clouds([...loginKeys.slice(0, 3), 'project_name: web']),
    reads: reads(byPassword({ domain: { id: 'default' } }), onProject({ domain: { id: 'default' } })),
    sdk: { otherwise: 'it sends no domain, which Keystone rejects' }
  },
  {
    name: 'no project',
    files: clouds(loginKeys),
    reads: { auth: { identity: byPassword() } }
  },
  {
    name: 'an empty project',
    files: withProject('project_name: ""', 'project_id: p1'),
    reads: reads(byPassword(), { project: { id: 'p1' } })
  },
  {
    name: 'user_id',
    files: clouds([`auth_url: ${authUrl}`, 'user_id: u1', 'password: secret', ...projectKeys]),
    reads: reads({ methods: ['password'], password: { user: { id: 'u1', password: 'secret' } } })
  },
  {
    name: 'dashed keys',
    files: clouds([
      `auth-url: ${authUrl}`, 'username: ann', 'password: secret', 'user-domain-name: people',
      'project-name: web', 'project-domain-name: customers'
    ], ['region-name: one', 'auth-type: password', 'cacert: /ca.pem']),
    reads: { region: 'one', tls: { ...plain.tls, cacert: '/ca.pem' } }
  },
  {
    name: 'the keys of auth beside it',
    files: { 'clouds.yaml': `clouds:\n  mine:\n${indent(complete, 4)}` }
  },
  {
    name: 'auth_type v3password',
    files: beside('auth_type: v3password')
  },
  {
    name: 'auth_plugin',
    files: beside('auth_plugin: password')
  },
  {
    name: 'an application credential by its id',
    files: clouds(
      [`auth_url: ${authUrl}`, 'application_credential_id: c1', 'application_credential_secret: hidden'],
      ['auth_type: v3applicationcredential']
    ),
    reads: { auth: { identity: byCredential({ id: 'c1' }) } }
  },
  {
    name: 'an application credential by its name',
    files: clouds([
      `auth_url: ${authUrl}`, 'application_credential_name: monitoring',
      'application_credential_secret: hidden', 'username: ann', 'user_domain_name: people'
    ], ['auth_type: v3applicationcredential']),
    reads: {
      auth: {
        identity: byCredential({ name: 'monitoring', user: { name: 'ann', domain: { name: 'people' } } })
      }
    }
  },
  {
    name: 'an application credential without auth_type',
    files: clouds([
      `auth_url: ${authUrl}`, 'application_credential_id: c1', 'application_credential_secret: hidden'
    ]),
    reads: { auth: { identity: byCredential({ id: 'c1' }) } },
    sdk: 'rejects'
  },
  { name: 'region_name', files: beside('region_name: one'), reads: { region: 'one' } },
  { name: 'several region_name', files: beside('region_name: one,two'), reads: { region: 'one' } },
  { name: 'regions', files: beside('regions: [one, two]'), reads: { region: 'one' } },
  {
    name: 'regions over region_name',
    files: beside('region_name: two', 'regions: [one, two]'),
    reads: { region: 'one' }
  },
  {
    name: 'a region with values',
    files: beside(
      'regions: [{ name: one, values: { verify: no, auth: { project-name: shop } } }, two]',
      'interface: admin'
    ),
    reads: {
      ...reads(byPassword(), onProject({ name: 'shop' })),
      region: 'one',
      interface: 'admin',
      tls: { ...plain.tls, verify: false }
    }
  },
  {
    name: 'a region of several, by a variable',
    files: beside(
      'regions:',
      '- { name: one, values: { interface: admin } }',
      '- { name: two, values: { interface: internal } }'
    ),
    env: { OS_REGION_NAME: 'two' },
    reads: { region: 'two', interface: 'internal' },
    sdk: 'client'
  },
  {
    name: 'a region that the cloud does not have',
    files: beside('regions: [one, two]'),
    env: { OS_REGION_NAME: 'three' },
    rejects: /^OS_REGION_NAME must be a region of the cloud: one, two$/,
    sdk: { otherwise: 'it looks at the variable only in openstackclient' }
  },
  {
    name: 'the region in URLs',
    files: clouds(
      complete.with(0, 'auth_url: https://{region_name}.cloud.example:5000/v3'),
      ['region_name: one', 'compute_endpoint_override: https://nova.{region_name}.example/v2.1']
    ),
    reads: {
      authUrl: 'https://one.cloud.example:5000/v3',
      region: 'one',
      overrides: { compute: 'https://nova.one.example/v2.1' }
    }
  },
  { name: 'endpoint_type', files: beside('endpoint_type: adminURL'), reads: { interface: 'admin' } },
  {
    name: 'endpoint_type over interface',
    files: beside('interface: admin', 'endpoint_type: internal'),
    reads: { interface: 'internal' }
  },
  {
    name: 'the interface of one service that is the cloud\'s',
    files: beside(
      'interface: internal', 'compute_interface: internalURL', 'region_name: one', 'volume_region_name: one'
    ),
    reads: { interface: 'internal', region: 'one' }
  },
  {
    name: 'endpoint overrides',
    files: beside(
      'identity_endpoint_override: http://keystone/v3', 'compute_endpoint: http://nova/v2.1',
      'network_endpoint_override: http://neutron',
      'volumev3_endpoint_override: http://cinder/v3/%(project_id)s'
    ),
    reads: {
      overrides: {
        identity: 'http://keystone/v3',
        compute: 'http://nova/v2.1',
        network: 'http://neutron',
        'block-storage': 'http://cinder/v3/%(project_id)s'
      }
    }
  },
  {
    name: 'TLS files, with the home folder',
    files: beside('cacert: ~/ca.pem', 'cert: /etc/cert.pem', 'key: ~/key.pem'),
    reads: {
      tls: {
        verify: true,
        cacert: join(homedir(), 'ca.pem'),
        cert: '/etc/cert.pem',
        key: join(homedir(), 'key.pem')
      }
    }
  },
  {
    name: 'insecure',
    files: beside('insecure: True', 'cacert: /ca.pem'),
    reads: { tls: { ...plain.tls, verify: false } }
  },
  {
    name: 'keys that the service does not need',
    files: beside(
      'identity_api_version: 3', 'volume_api_version: 3', 'floating_ip_source: neutron',
      'networks: [{ name: net }]', 'image_interface: admin', 'api_timeout: 20', 'force_ipv4: true',
      'profile: ""'
    )
  },
  {
    name: 'secure.yaml',
    files: {
      ...clouds(complete.with(2, 'password: public')),
      'secure.yaml': file(['password: secret'])
    }
  },
  {
    name: 'a cloud that is only in secure.yaml',
    files: { 'clouds.yaml': 'clouds: {}', 'secure.yaml': file(complete) }
  },
  {
    name: 'secure.yaml in another folder of the search',
    files: {
      ...clouds(complete.toSpliced(2, 1)), home: { openstack: { 'secure.yml': file(['password: secret']) } }
    }
  },
  { name: 'clouds.yml', files: { 'clouds.yml': file(complete) } },
  {
    name: 'clouds.yaml in the user\'s folder',
    files: { home: { openstack: { 'clouds.yaml': file(complete) } } }
  },
  {
    name: 'clouds.json',
    files: {
      'clouds.json': JSON.stringify({
        clouds: {
          mine: {
            verify: false,
            auth: {
              auth_url: authUrl,
              username: 'ann',
              password: 'secret',
              user_domain_name: 'people',
              project_name: 'web',
              project_domain_name: 'customers'
            }
          }
        }
      }, undefined, '\t')
    },
    reads: { tls: { ...plain.tls, verify: false } }
  },
  {
    name: 'a profile',
    files: {
      ...clouds(complete.slice(1), ['profile: mine']),
      'clouds-public.yaml': file(
        [`auth_url: ${authUrl}`, 'username: other'], ['regions: [one]', 'interface: admin'], 'public-clouds'
      )
    },
    reads: { region: 'one', interface: 'admin' }
  },
  {
    name: 'a region of the cloud over those of its profile',
    files: {
      ...clouds(complete.slice(1), ['profile: mine', 'region_name: two']),
      'clouds-public.yaml': file([`auth_url: ${authUrl}`], ['regions: [one]'], 'public-clouds')
    },
    reads: { region: 'two' }
  },
  {
    name: 'a profile of openstacksdk\'s own',
    files: clouds(complete.slice(1), ['profile: vexxhost']),
    rejects: /^profile in clouds\.yaml must be in a clouds-public\.yaml: /,
    sdk: { otherwise: 'it knows the profile' }
  },
  { name: 'variables', env: variables },
  {
    name: 'OS_TENANT_NAME and OS_ENDPOINT_TYPE',
    env: { ...userVariables, OS_TENANT_NAME: 'web', OS_PROJECT_DOMAIN_NAME, OS_ENDPOINT_TYPE: 'internalURL' },
    reads: { interface: 'internal' }
  },
  {
    name: 'OS_TENANT_ID',
    env: { ...userVariables, OS_TENANT_ID: 'p1' },
    reads: reads(byPassword(), { project: { id: 'p1' } })
  },
  {
    name: 'OS_DOMAIN_NAME with a project',
    env: { ...withoutUserDomain, OS_PROJECT_NAME, OS_DOMAIN_NAME: 'both' },
    reads: reads(byPassword({ domain: { name: 'both' } }), onProject({ domain: { name: 'both' } }))
  },
  {
    name: 'OS_DEFAULT_DOMAIN_NAME',
    env: { ...withoutUserDomain, OS_PROJECT_NAME, OS_PROJECT_DOMAIN_NAME, OS_DEFAULT_DOMAIN_NAME: 'd4' },
    reads: reads(byPassword({ domain: { name: 'd4' } }))
  },
  {
    name: 'OS_DEFAULT_DOMAIN',
    env: {
      ...withoutUserDomain,
      OS_PROJECT_NAME,
      OS_PROJECT_DOMAIN_NAME,
      OS_DEFAULT_DOMAIN: 'd5',
      OS_IDENTITY_API_VERSION: '3'
    },
    reads: reads(byPassword({ domain: { id: 'd5' } })),
    sdk: 'client'
  },
  {
    name: 'OS_CACERT, OS_CERT, OS_KEY and OS_INTERFACE',
    env: { ...variables, OS_CACERT: '/ca', OS_CERT: '/cert', OS_KEY: '/key', OS_INTERFACE: 'admin' },
    reads: { interface: 'admin', tls: { verify: true, cacert: '/ca', cert: '/cert', key: '/key' } }
  },
  {
    name: 'an application credential of variables',
    env: {
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_AUTH_URL: authUrl,
      OS_APPLICATION_CREDENTIAL_ID: 'c1',
      OS_APPLICATION_CREDENTIAL_SECRET: 'hidden'
    },
    reads: { auth: { identity: byCredential({ id: 'c1' }) } }
  },
  {
    name: 'system_scope beside a project', files: clouds([...complete, 'system_scope: all'])
  },
  {
    name: 'variables over the file',
    files: beside('region_name: one', 'interface: admin'),
    env: { OS_USERNAME: 'bob', OS_PASSWORD: 'other', OS_INTERFACE: 'internal', OS_CACERT: '/ca.pem' },
    reads: {
      ...reads(byPassword({ name: 'bob', password: 'other' })),
      region: 'one',
      interface: 'internal',
      tls: { ...plain.tls, cacert: '/ca.pem' }
    },
    sdk: 'client'
  },
  // Rejected.
  ...['v3oidcpassword', 'v3token', 'v2password', 'v3totp', 'none'].map((type): CloudCase => ({
    name: `auth_type: ${type}`,
    files: beside(`auth_type: ${type}`),
    rejects: new RegExp(`^auth_type in clouds\\.yaml must be password or v3password or .*, not "${type}"$`),
    sdk: { otherwise: 'it has more ways to log in' }
  })),
  {
    name: 'a key below auth that nobody knows',
    files: clouds([...complete, 'project: web']),
    rejects: /^"project" below auth in clouds\.yaml is not understood: /,
    sdk: 'rejects'
  },
  {
    name: 'a scope of a domain',
    files: clouds([...loginKeys, 'domain_name: people']),
    rejects: unusable,
    sdk: { otherwise: 'it logs in to the domain' }
  },
  {
    name: 'a scope of a domain, by a variable',
    env: { ...userVariables, OS_DOMAIN_ID: 'd1' },
    rejects: unusable,
    sdk: { otherwise: 'it logs in to the domain' }
  },
  {
    name: 'a scope of the system',
    files: clouds([...loginKeys, 'system_scope: all']),
    rejects: unusable,
    sdk: { otherwise: 'it logs in to the system' }
  },
  {
    name: 'a trust',
    files: clouds([...loginKeys, 'trust_id: t1']),
    rejects: unusable,
    sdk: { otherwise: 'it logs in with the trust' }
  },
  {
    name: 'the interface of one service that is not the cloud\'s',
    files: beside('interface: public', 'network_endpoint_type: internalURL'),
    rejects: /^network_endpoint_type in clouds\.yaml must be that of the cloud/,
    sdk: { otherwise: 'it has an interface for each service' }
  },
  {
    name: 'the region of one service that is not the cloud\'s',
    files: beside('region_name: one', 'volume_region_name: two'),
    reads: { region: 'one' },
    rejects: /^volume_region_name in clouds\.yaml must be that of the cloud/,
    sdk: { otherwise: 'it has a region for each service' }
  },
  {
    name: 'an empty password',
    files: password('""'),
    rejects: /^OS_PASSWORD is missing$/,
    sdk: { otherwise: 'it sends none' }
  },
  {
    name: 'the password ~',
    files: password('~'),
    rejects: /^OS_PASSWORD is missing$/,
    sdk: { otherwise: 'it sends none' }
  },
  {
    name: 'a regions entry without a name',
    files: beside('regions: [{ values: {} }]'),
    rejects: /^regions in clouds\.yaml/,
    sdk: 'rejects'
  },
  {
    name: 'an alias without its anchor',
    files: password('*secret'),
    rejects: /^OS_CLIENT_CONFIG_FILE must be/,
    sdk: 'rejects'
  },
  {
    name: 'an unknown tag',
    files: password('!vault secret'),
    rejects: /^OS_CLIENT_CONFIG_FILE must be/,
    sdk: 'rejects'
  }
]

/** The variables with which a case is read, in the folder of its files. */
export const environmentOf = ({ files, env }: CloudCase) => ({ ...(files && { OS_CLOUD: 'mine' }), ...env })

/** The reading that a case expects. */
export const expectedOf = ({ reads }: CloudCase): Reading => ({ ...plain, ...reads })
