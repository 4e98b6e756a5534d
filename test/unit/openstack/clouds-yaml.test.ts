import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { readCloud } from '#lib/openstack/clouds-yaml.js'
import type { Settings } from '#lib/config/settings.js'

const load = (settings: Partial<Settings>) => readCloud(settings as Settings)

const password = {
  OS_AUTH_URL: 'http://keystone/v3', OS_USERNAME: 'ann', OS_PASSWORD: 'secret', OS_PROJECT_NAME: 'web'
}

t.test('loads a user with a password from the environment', async (t) => {
  t.match(load({
    ...password,
    OS_REGION_NAME: 'one',
    OS_INTERFACE: 'internalURL',
    OS_COMPUTE_ENDPOINT_OVERRIDE: 'http://nova/v2.1'
  }), {
    authUrl: 'http://keystone/v3',
    identity: {
      methods: ['password'],
      password: { user: { name: 'ann', domain: { id: 'default' }, password: 'secret' } }
    },
    scope: { project: { name: 'web', domain: { id: 'default' } } },
    applicationCredential: false,
    region: 'one',
    interface: 'internal',
    overrides: { compute: 'http://nova/v2.1' },
    tls: { insecure: false }
  })
  t.match(load({ ...password, OS_PROJECT_NAME: undefined }), { scope: undefined, interface: 'public' })
  t.match(load({ ...password, OS_USER_ID: 'u1', OS_PROJECT_ID: 'p1' }), {
    identity: { password: { user: { id: 'u1' } } }, scope: { project: { id: 'p1' } }
  })
  t.match(load({ ...password, OS_USER_DOMAIN_NAME: 'people', OS_PROJECT_DOMAIN_ID: 'd1' }), {
    identity: {
      password: { user: { domain: { name: 'people' } } }
    },
    scope: { project: { domain: { id: 'd1' } } }
  })
})

t.test('loads an application credential, which needs no project', async (t) => {
  const credential = { OS_APPLICATION_CREDENTIAL_ID: 'c1', OS_APPLICATION_CREDENTIAL_SECRET: 'secret' }
  t.match(load({ ...password, ...credential }), {
    identity: { methods: ['application_credential'], application_credential: { id: 'c1', secret: 'secret' } },
    scope: undefined,
    applicationCredential: true
  })
  const named = {
    ...credential, OS_APPLICATION_CREDENTIAL_ID: undefined, OS_APPLICATION_CREDENTIAL_NAME: 'monitoring'
  }
  t.match(load({ ...password, ...named }), {
    identity: { application_credential: { name: 'monitoring', user: { name: 'ann' }, secret: 'secret' } }
  })
  t.throws(() => load({ OS_AUTH_URL: 'http://keystone', ...named }), { message: /^OS_USERNAME is missing/ })
  t.throws(
    () => load({ ...password, OS_APPLICATION_CREDENTIAL_ID: 'c1' }),
    { message: /^OS_APPLICATION_CREDENTIAL_SECRET is missing/ }
  )
})

/** Writes these files into a folder, and returns the path of its `clouds.yaml`. */
function writeClouds (t: Test, clouds: string, secure?: string) {
  return join(t.testdir({ 'clouds.yaml': clouds, ...(secure && { 'secure.yaml': secure }) }), 'clouds.yaml')
}

t.test('merges clouds.yaml, secure.yaml and the environment, the environment first', async (t) => {
  const file = writeClouds(t, `
clouds:
  one:
    region_name: RegionOne
    interface: internal
    verify: false
    cacert: /etc/ca.pem
    cert: ~/cert.pem
    identity_endpoint_override: http://keystone/v3
    network_endpoint_override: http://neutron
    auth: { auth_url: http://keystone, username: 123, project_id: p1, user_domain_name: people }
`, 'clouds: { one: { auth: { password: secret } } }')
  const settings = { OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: file }
  t.match(load(settings), {
    authUrl: 'http://keystone',
    identity: { password: { user: { name: '123', domain: { name: 'people' }, password: 'secret' } } },
    scope: { project: { id: 'p1' } },
    region: 'RegionOne',
    interface: 'internal',
    overrides: { identity: 'http://keystone/v3', network: 'http://neutron' },
    tls: {
      cacert: { path: '/etc/ca.pem', setting: 'cacert in clouds.yaml' },
      cert: { path: '~/cert.pem', setting: 'cert in clouds.yaml' },
      insecure: true
    }
  })
  t.match(load({
    ...settings, OS_PROJECT_NAME: 'web', OS_PASSWORD: 'other', OS_INSECURE: false, OS_REGION_NAME: 'two'
  }), {
    identity: { password: { user: { password: 'other' } } },
    scope: { project: { name: 'web', id: undefined } },
    region: 'two',
    tls: { insecure: false }
  })
})

t.test('a variable replaces everything in the file that says the same', async (t) => {
  const cloud = (...keys: string[]) => ({
    OS_CLOUD: 'one',
    OS_CLIENT_CONFIG_FILE: writeClouds(t, JSON.stringify({
      clouds: {
        one: {
          auth: {
            auth_url: 'http://keystone',
            username: 'ann',
            user_domain_id: 'd1',
            password: 'secret',
            project_id: 'p1',
            ...Object.fromEntries(keys.map((key) => [key, key]))
          },
          ...(keys.includes('application_credential_id') && { auth_type: 'v3applicationcredential' })
        }
      }
    }))
  })
  t.match(load({ ...cloud(), OS_TENANT_NAME: 'old', OS_USER_DOMAIN_NAME: 'people' }), {
    identity: { password: { user: { domain: { name: 'people' } } } },
    scope: { project: { name: 'old', id: undefined } }
  })
  t.match(load({ ...cloud('project_name'), OS_TENANT_ID: 'p2' }), { scope: { project: { id: 'p2' } } })
  const credential = { OS_APPLICATION_CREDENTIAL_NAME: 'c2', OS_APPLICATION_CREDENTIAL_SECRET: 'hidden' }
  t.match(load({ ...cloud(), ...credential }), {
    identity: { application_credential: { name: 'c2', user: { name: 'ann' } } }
  })
  const inFile = cloud('application_credential_id', 'application_credential_secret')
  t.match(load(inFile), { identity: { application_credential: { id: 'application_credential_id' } } })
  t.match(load({ ...inFile, ...credential }), { identity: { application_credential: { name: 'c2' } } })
  t.match(load({ ...inFile, OS_AUTH_TYPE: 'password' }), { identity: { methods: ['password'] } })
})

t.test('reads the secure file that a variable names', async (t) => {
  const file = writeClouds(
    t, 'clouds: { one: { auth: { auth_url: http://keystone, username: ann } } }', 'clouds: { one: {} }'
  )
  const other = join(file, '../other.yaml')
  writeFileSync(other, 'clouds: { one: { auth: { password: secret } } }')
  const settings = { OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: file }
  t.throws(() => load(settings), { message: /^OS_PASSWORD is missing/ })
  t.match(load({ ...settings, OS_CLIENT_SECURE_FILE: other }), {
    identity: { password: { user: { password: 'secret' } } }
  })
  t.throws(() => load({ ...settings, OS_CLIENT_SECURE_FILE: '/nowhere/secure.yaml' }), {
    message: /^OS_CLIENT_SECURE_FILE must be .*\(ENOENT\)$/
  })
})

t.test('finds clouds.yaml in the working directory', async (t) => {
  const folder = t.testdir({
    'clouds.yaml': 'clouds: { here: { auth: { auth_url: http://here, username: ann, password: secret } } }'
  })
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  process.chdir(folder)
  t.equal(load({ OS_CLOUD: 'here' }).authUrl, 'http://here')
})

t.test('reports an invalid configuration in one line without secrets', async (t) => {
  t.throws(() => load({}), { name: 'InvalidSetting', message: /^OS_AUTH_URL is missing/ })
  t.throws(() => load({ ...password, OS_AUTH_URL: 'keystone' }), { message: /^OS_AUTH_URL must be/ })
  t.throws(() => load({ ...password, OS_USERNAME: undefined }), { message: /^OS_USERNAME is missing/ })
  t.throws(() => load({ ...password, OS_PASSWORD: undefined }), { message: /^OS_PASSWORD is missing/ })
  t.throws(
    () => load({ OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: '/nowhere/clouds.yaml' }),
    { message: /^OS_CLIENT_CONFIG_FILE must be .*\(ENOENT\)$/ }
  )
  t.throws(
    () => load({ OS_CLOUD: 'two', OS_CLIENT_CONFIG_FILE: writeClouds(t, 'clouds: { one: {} }') }),
    { message: /^OS_CLOUD must be a cloud of .*it has no two$/ }
  )
  const broken = writeClouds(t, 'clouds: { one: { auth: { password: "hidden }')
  const err = t.throws(() => load({ OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: broken })) as unknown as Error
  t.match(err.message, /^OS_CLIENT_CONFIG_FILE must be a YAML file/)
  t.notMatch(err.message, /hidden/)
})

t.test('names the key of clouds.yaml that is invalid', async (t) => {
  const auth = 'auth: { auth_url: "http://k", username: a, password: hidden }'
  const invalid = (cloud: string, message: RegExp, text = `clouds: { one: ${cloud} }`) => {
    const settings = { OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: writeClouds(t, text) }
    const err = t.throws(() => load(settings), { name: 'InvalidSetting', message }, text) as unknown as Error
    t.notMatch(err.message, /\n|hidden/)
  }
  for (const url of ['localhost:5000/v3', 'ftp://k', 'http:///v3', 'http://k:99999', 'http://a:hidden@k']) {
    invalid(`{ auth: { auth_url: "${url}" } }`, /^auth_url in clouds\.yaml must be an http:\/\/ or /)
    for (const key of ['identity', 'compute', 'network', 'block_storage']) {
      const name = `${key}_endpoint_override`
      invalid(`{ ${name}: "${url}", ${auth} }`, new RegExp(`^${name} in clouds\\.yaml must be an http://`))
    }
  }
  invalid(`{ ${auth}, compute_endpoint: 'http://{project}' }`, /^compute_endpoint in clouds\.yaml must be an/)
  invalid(`{ interface: side, ${auth} }`, /^interface in clouds\.yaml must be public, internal or admin$/)
  invalid(`{ interface: [public], ${auth} }`, /^interface in clouds\.yaml must be a text$/)
  invalid(`{ compute_interface: side, ${auth} }`, /^compute_interface in clouds\.yaml must be public/)
  invalid(`{ verify: /etc/ca.pem, ${auth} }`, /^verify in clouds\.yaml must be true or false$/)
  invalid(`{ insecure: 1, ${auth} }`, /^insecure in clouds\.yaml must be true or false$/)
  invalid('{ auth: { auth_url: { a: hidden } } }', /^auth_url in clouds\.yaml must be a text$/)
  invalid(`{ auth_type: v3applicationcredential, ${auth} }`, /^OS_APPLICATION_CREDENTIAL_ID is missing$/)
  invalid(`{ profile: other, ${auth} }`, /^profile in clouds\.yaml must be in a clouds-public\.yaml/)
  invalid(`{ regions: [{ name: [hidden] }], ${auth} }`, /^regions in clouds\.yaml must be/)
  invalid(`{ regions: [[hidden]], ${auth} }`, /^regions in clouds\.yaml must be/)
  invalid(`{ regions: [{ name: x, values: hidden }], ${auth} }`, /^regions in clouds\.yaml must be/)
  for (const empty of ['', '{}', '{ auth: ~ }']) invalid(empty, /^OS_AUTH_URL is missing/)
  for (const wrong of ['{ auth: hidden }', 'hidden', '[hidden]']) {
    invalid(wrong, /^OS_CLIENT_CONFIG_FILE must be .* \(clouds is no map of maps\)$/)
  }
  for (const text of ['hidden', '[hidden]', 'clouds: hidden', 'clouds: [hidden]']) {
    invalid('', /^OS_CLIENT_CONFIG_FILE must be .* \(clouds is no map of maps\)$/, text)
  }
  for (const text of ['', '{}', 'clouds:', 'clouds: { two: hidden }']) {
    invalid('', /^OS_CLOUD must be a cloud of .*: it has no one$/, text)
  }
})

t.test('a cloud of the name of an object\'s property is only one that the file has', async (t) => {
  const OS_CLIENT_CONFIG_FILE = writeClouds(t, 'clouds: { one: {} }')
  for (const OS_CLOUD of ['constructor', '__proto__', 'toString']) {
    t.throws(() => load({ OS_CLOUD, OS_CLIENT_CONFIG_FILE }), { message: /^OS_CLOUD must be a cloud of/ })
  }
})

t.test('names the searched folders where no clouds.yaml exists', async (t) => {
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  process.chdir(t.testdir({}))
  const notFound = 'OS_CLOUD names none-of-this-name, but there is no clouds.yaml in ., '
  // The home folder or /etc may hold a clouds.yaml.
  const notInFile = 'it has no none-of-this-name'
  t.throws(
    () => load({ OS_CLOUD: 'none-of-this-name' }),
    { message: new RegExp(`${notFound}|${notInFile}`) }
  )
})
