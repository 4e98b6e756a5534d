import { homedir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { loadCloud } from '#lib/openstack/clouds-yaml.js'
import type { Settings } from '#lib/config/settings.js'

const read = (settings: Partial<Settings>) => loadCloud(settings as Settings)

const password = {
  OS_AUTH_URL: 'http://keystone/v3', OS_USERNAME: 'ann', OS_PASSWORD: 'secret', OS_PROJECT_NAME: 'web'
}

t.test('reads a password from the environment', async (t) => {
  t.match(read({
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
  t.match(read({ ...password, OS_PROJECT_NAME: undefined }), { scope: undefined, interface: 'public' })
  t.match(read({ ...password, OS_USER_ID: 'u1', OS_PROJECT_ID: 'p1' }), {
    identity: { password: { user: { id: 'u1' } } }, scope: { project: { id: 'p1' } }
  })
  t.match(read({ ...password, OS_USER_DOMAIN_NAME: 'people', OS_PROJECT_DOMAIN_ID: 'd1' }), {
    identity: {
      password: { user: { domain: { name: 'people' } } }
    },
    scope: { project: { domain: { id: 'd1' } } }
  })
})

t.test('reads an application credential, which brings its project with it', async (t) => {
  const credential = { OS_APPLICATION_CREDENTIAL_ID: 'c1', OS_APPLICATION_CREDENTIAL_SECRET: 'secret' }
  t.match(read({ ...password, ...credential }), {
    identity: { methods: ['application_credential'], application_credential: { id: 'c1', secret: 'secret' } },
    scope: undefined,
    applicationCredential: true
  })
  const named = {
    ...credential, OS_APPLICATION_CREDENTIAL_ID: undefined, OS_APPLICATION_CREDENTIAL_NAME: 'monitoring'
  }
  t.match(read({ ...password, ...named }), {
    identity: { application_credential: { name: 'monitoring', user: { name: 'ann' }, secret: 'secret' } }
  })
  t.throws(() => read({ OS_AUTH_URL: 'http://keystone', ...named }), { message: /^OS_USERNAME is missing/ })
  t.throws(
    () => read({ ...password, OS_APPLICATION_CREDENTIAL_ID: 'c1' }),
    { message: /^OS_APPLICATION_CREDENTIAL_SECRET is missing/ }
  )
})

/** A folder with these files, and the `clouds.yaml` in it. */
function files (t: Test, clouds: string, secure?: string) {
  return join(t.testdir({ 'clouds.yaml': clouds, ...(secure && { 'secure.yaml': secure }) }), 'clouds.yaml')
}

t.test('reads clouds.yaml and secure.yaml, overridden by the environment', async (t) => {
  const file = files(t, `
clouds:
  one:
    region_name: RegionOne
    interface: internal
    verify: false
    cacert: /etc/ca.pem
    cert: ~/cert.pem
    network_endpoint_override: http://neutron
    auth: { auth_url: http://keystone, username: 123, project_id: p1, user_domain_name: people }
`, 'clouds: { one: { auth: { password: secret } } }')
  const settings = { OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: file }
  t.match(read(settings), {
    authUrl: 'http://keystone',
    identity: { password: { user: { name: '123', domain: { name: 'people' }, password: 'secret' } } },
    scope: { project: { id: 'p1' } },
    region: 'RegionOne',
    interface: 'internal',
    overrides: { network: 'http://neutron' },
    tls: { cacert: '/etc/ca.pem', cert: join(homedir(), 'cert.pem'), insecure: true }
  })
  t.match(read({
    ...settings, OS_PROJECT_NAME: 'web', OS_PASSWORD: 'other', OS_INSECURE: false, OS_REGION_NAME: 'two'
  }), {
    identity: { password: { user: { password: 'other' } } },
    scope: { project: { name: 'web', id: undefined } },
    region: 'two',
    tls: { insecure: false }
  })
})

t.test('finds clouds.yaml in the working directory', async (t) => {
  const folder = t.testdir({
    'clouds.yaml': 'clouds: { here: { auth: { auth_url: http://here, username: ann, password: secret } } }'
  })
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  process.chdir(folder)
  t.equal(read({ OS_CLOUD: 'here' }).authUrl, 'http://here')
})

t.test('says in a line what is wrong, and never a secret', async (t) => {
  t.throws(() => read({}), { name: 'InvalidSetting', message: /^OS_AUTH_URL is missing/ })
  t.throws(() => read({ ...password, OS_AUTH_URL: 'keystone' }), { message: /^OS_AUTH_URL must be/ })
  t.throws(() => read({ ...password, OS_USERNAME: undefined }), { message: /^OS_USERNAME is missing/ })
  t.throws(() => read({ ...password, OS_PASSWORD: undefined }), { message: /^OS_PASSWORD is missing/ })
  t.throws(
    () => read({ OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: '/nowhere/clouds.yaml' }),
    { message: /^OS_CLIENT_CONFIG_FILE must be .*\(ENOENT\)$/ }
  )
  t.throws(
    () => read({ OS_CLOUD: 'two', OS_CLIENT_CONFIG_FILE: files(t, 'clouds: { one: {} }') }),
    { message: /^OS_CLOUD must be a cloud of .*it has no two$/ }
  )
  const broken = files(t, 'clouds: { one: { auth: { password: "hidden }')
  const err = t.throws(() => read({ OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: broken })) as unknown as Error
  t.match(err.message, /^OS_CLIENT_CONFIG_FILE must be a YAML file/)
  t.notMatch(err.message, /hidden/)
  t.throws(
    () => read({
      OS_CLOUD: 'one',
      OS_CLIENT_CONFIG_FILE: files(
        t, 'clouds: { one: { interface: side, auth: { auth_url: http://k, username: a, password: b } } }'
      )
    }),
    { message: /^interface in clouds.yaml must be/ }
  )
})

t.test('says where it has looked', async (t) => {
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  process.chdir(t.testdir({}))
  t.throws(
    () => read({ OS_CLOUD: 'none-of-this-name' }),
    {
      message: /OS_CLOUD names none-of-this-name, but there is no clouds.yaml in clouds.yaml, |it has no none-of-this-name/
    }
  )
})
