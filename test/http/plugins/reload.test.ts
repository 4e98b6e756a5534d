import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { adminCredential } from '#simulator/users.js'
import { createCertificate } from '#test/support/certificates.js'
import { startService } from '#test/support/service.js'

const folder = t.testdir({})
const summary = '/v1/openstack/projects/summary'

const password = { OS_USERNAME: 'admin', OS_PASSWORD: 'simulated', OS_PROJECT_NAME: 'admin' }
const applicationCredential = {
  OS_APPLICATION_CREDENTIAL_ID: adminCredential.id, OS_APPLICATION_CREDENTIAL_SECRET: adminCredential.secret
}
/** An empty variable counts as unset, so that the file's value is used. */
const unset = Object.fromEntries(Object.keys(password).map((name) => [name, '']))

/** Starts a service whose credential and other settings are in a file, which the test writes again. */
async function start (t: Test, settings: Record<string, string> = {}, env: Record<string, string> = {}) {
  const path = join(folder, 'settings')
  const write = (settings: Record<string, string>) =>
    writeFileSync(path, Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`).join(''))
  write({ ...password, ...settings })
  const log: Array<Record<string, unknown> & { level: number, msg: string }> = []
  const logger = { stream: { write: (line: string) => { log.push(JSON.parse(line)) } } }
  const service = await startService(t, { env: { ...unset, SETTINGS_FILE: path, ...env }, logger })
  const { app, simulator } = service
  /** Reloads these settings. @returns the log lines of that */
  const reload = async (settings: Record<string, string>) => {
    write(settings)
    log.length = 0
    await app.reload()
    return log.slice()
  }
  const statusOf = async (url: string) => (await app.inject(url)).statusCode
  /** The methods of the logins that Keystone has received since the last call of this function. */
  const logins = () => simulator.calls.splice(0).filter(({ method }) => method === 'POST')
    .map(({ body }) => JSON.parse(body).auth.identity.methods[0])
  return { ...service, path, log, reload, statusOf, logins }
}

t.test('uses a new credential, and the old one for no further request', async (t) => {
  const { reload, statusOf, logins, app } = await start(t)
  t.equal(await statusOf(summary), 200)
  t.same(logins(), ['password'])
  const log = await reload(applicationCredential)
  t.match(log[0], { level: 30, msg: 'settings reloaded' })
  t.same(logins(), ['application_credential'])
  t.equal(await statusOf(summary), 200)
  t.same(logins(), [], 'the login of the check is used')
  t.equal(app.config.OS_PASSWORD, undefined)
})

t.test('uses a changed clouds.yaml', async (t) => {
  const file = join(folder, 'clouds.yaml')
  const { simulator, reload, statusOf, logins } = await start(t)
  const write = (auth: object) => writeFileSync(file, JSON.stringify({ clouds: { one: { auth } } }))
  write({
    auth_url: simulator.env.OS_AUTH_URL,
    application_credential_id: adminCredential.id,
    application_credential_secret: adminCredential.secret
  })
  t.equal(await statusOf(summary), 200)
  logins()
  await reload({ OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: file })
  t.same(logins(), ['application_credential'])
  t.equal(await statusOf(summary), 200)

  writeFileSync(file, 'clouds: [')
  const [line] = await reload({ OS_CLOUD: 'one', OS_CLIENT_CONFIG_FILE: file })
  t.match(line, { level: 50, err: { message: /^OS_CLIENT_CONFIG_FILE must be / } })
  t.equal(await statusOf(summary), 200)
})

t.test('stays with the present settings where one of the new ones is unusable', async (t) => {
  const { app, simulator, reload, statusOf, logins, path } = await start(t, { LOG_LEVEL: 'info' })
  t.equal(await statusOf(summary), 200)
  logins()
  const changes: Array<[Record<string, string>, RegExp]> = [
    [{ ...password, LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be /],
    [{ ...password, OS_PASSWORD: 'wrong' }, /^OS_PASSWORD does not belong to a credential /],
    [
      { ...applicationCredential, OS_APPLICATION_CREDENTIAL_SECRET: 'wrong' },
      /^OS_APPLICATION_CREDENTIAL_SECRET does not belong /
    ],
    [{ ...password, OS_CACERT: '/nowhere.pem' }, /^OS_CACERT must be /],
    [{ ...password, OS_CACERT: path }, /^OS_CACERT must be /],
    [{ ...password, TLS_CERT: path, TLS_KEY: path }, /^TLS_CERT and TLS_KEY must be /],
    [{ ...password, OS_REGION_NAME: 'another' }, /^OS_REGION_NAME changed, which needs a restart$/],
    [{ ...password, OS_INTERFACE: 'internal' }, /^OS_INTERFACE changed, /],
    [{ ...password, OS_NETWORK_ENDPOINT_OVERRIDE: 'http://a' }, /^OS_COMPUTE_ENDPOINT_OVERRIDE or another /],
    [{}, /^OS_USERNAME is missing/]
  ]
  for (const [settings, message] of changes) {
    const lines = await reload({ LOG_LEVEL: 'debug', ...settings })
    t.match(lines, [{
      level: 50,
      msg: 'reload failed: the present settings stay in use',
      err: { type: 'InvalidSetting', message }
    }], String(message))
    t.equal(lines.length, 1)
    t.equal(app.log.level, 'info')
    t.equal(app.config.OS_PASSWORD, 'simulated')
    logins()
    t.equal(await statusOf(summary), 200)
    t.same(logins(), [], 'the present token is used')
  }
  simulator.intercept = ({ upstream }) => upstream === 'identity' ? { status: 500 } : undefined
  for (let n = 0; n < 40; n++) await app.openstack.check('identity').catch(() => {})
  t.match((await app.inject('/metrics')).body, /upstream_circuit_open\{upstream="identity"\} 1\n/,
    'metrics are those of the clients in use')
})

t.test('accepts a credential that cannot be checked, because Keystone is down', async (t) => {
  const { simulator, reload, statusOf } = await start(t)
  simulator.intercept = () => ({ status: 500 })
  t.match(await reload(applicationCredential), [{ level: 30, msg: 'settings reloaded' }])
  simulator.intercept = undefined
  t.equal(await statusOf(summary), 200)
})

t.test('uses a new password of InfluxDB', async (t) => {
  const { simulator, reload, statusOf } = await start(t)
  await reload({ ...password, INFLUX_USERNAME: 'ann', INFLUX_PASSWORD: 'new' })
  simulator.calls.length = 0
  await statusOf('/readyz')
  await statusOf('/v1/openstack/projects/x/cpuUsage?defaultTimeRange=10m&groupBy=1m')
  const sent = simulator.calls.filter(({ upstream, path }) => upstream === 'metrics' && path === '/query')
  t.match(sent, [{ headers: { authorization: `Basic ${Buffer.from('ann:new').toString('base64')}` } }])
})

t.test('uses a new log level, and names the settings that need a restart', async (t) => {
  const { app, reload } = await start(t)
  t.match(await reload({ ...password, LOG_LEVEL: 'debug', SERIES_TTL: '1s', RATE_LIMIT: '5' }), [
    { msg: 'settings reloaded' },
    { level: 40, msg: 'changed settings need a restart', settings: ['RATE_LIMIT', 'SERIES_TTL'] }
  ])
  t.equal(app.log.level, 'debug')
  t.equal(app.config.SERIES_TTL, '5s')
})

t.test('uses a new certificate, and does not turn HTTPS on or off', async (t) => {
  const [one, two] = [createCertificate(folder, 'one-'), createCertificate(folder, 'two-')]
  const tls = ({ files }: typeof one) => ({ TLS_CERT: files.cert, TLS_KEY: files.key })
  const { reload } = await start(t, tls(one))
  const messages = async (settings: object) => (await reload({ ...password, ...settings }))
    .map(({ msg }) => msg).filter((msg) => !/credential/.test(msg))
  t.same(await messages(tls(one)), ['settings reloaded'])
  t.same(await messages(tls(two)), ['certificate renewed', 'settings reloaded'])
  const { files } = one
  const lines = await reload({ ...password, TLS_CERT: files.cert, TLS_KEY: two.files.key })
  t.match(lines, [{ level: 50, err: { message: /^TLS_CERT and TLS_KEY must be / } }])
  t.match(await reload(password), [{ level: 50, err: { message: /^TLS_CERT turns HTTPS on or off/ } }])
})

t.test('reloads one after the other', async (t) => {
  const { app, reload, log } = await start(t)
  const first = reload({ ...password, LOG_LEVEL: 'debug' })
  await Promise.all([first, app.reload()])
  t.equal(log.filter(({ msg }) => msg === 'settings reloaded').length, 2)
})

t.test('the environment overrides the file', async (t) => {
  const { app, reload } = await start(t, { LOG_LEVEL: 'error' }, { LOG_LEVEL: 'warn' })
  t.equal(app.log.level, 'warn')
  await reload({ ...password, LOG_LEVEL: 'debug' })
  t.equal(app.log.level, 'warn')
})
