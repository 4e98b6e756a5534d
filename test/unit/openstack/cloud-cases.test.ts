import { homedir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { PemFile } from '#lib/config/pem.js'
import type { Settings } from '#lib/config/settings.js'
import { readCloud } from '#lib/openstack/clouds-yaml.js'
import { cloudCases, environmentOf, expectedOf } from '#test/support/cloud-cases.js'
import type { Reading } from '#test/support/cloud-cases.js'

const path = (file?: PemFile) => file?.path.replace(/^~(?=\/)/, homedir()) ?? null

function read (env: Record<string, string>): Reading {
  const cloud = readCloud(env as Partial<Settings> as Settings)
  const { authUrl, identity, scope, region = null, interface: wanted, overrides, tls } = cloud
  return JSON.parse(JSON.stringify({
    authUrl,
    auth: { identity, scope },
    region,
    interface: wanted,
    overrides,
    tls: {
      verify: !tls.insecure,
      cacert: tls.insecure ? null : path(tls.cacert),
      cert: path(tls.cert),
      key: path(tls.key)
    }
  }))
}

const { XDG_CONFIG_HOME } = process.env
const before = process.cwd()
t.afterEach(() => {
  process.chdir(before)
  delete process.env.XDG_CONFIG_HOME
  if (XDG_CONFIG_HOME !== undefined) process.env.XDG_CONFIG_HOME = XDG_CONFIG_HOME
})

for (const cloudCase of cloudCases) {
  t.test(`reads a cloud: ${cloudCase.name}`, async (t) => {
    const folder = t.testdir(cloudCase.files ?? {})
    process.env.XDG_CONFIG_HOME = join(folder, 'home')
    process.chdir(folder)
    const reading = () => read(environmentOf(cloudCase))
    const { rejects: message } = cloudCase
    if (message === undefined) {
      t.strictSame(reading(), expectedOf(cloudCase))
    } else {
      const err = t.throws(reading, { name: 'InvalidSetting', message }) as unknown as Error
      t.notMatch(err.message, /\n|secret/)
    }
  })
}
