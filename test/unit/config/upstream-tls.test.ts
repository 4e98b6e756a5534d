import t from 'tap'
import { loadUpstreamTls } from '#lib/config/upstream-tls.js'

t.test('names the setting of a file that cannot be read', async (t) => {
  const options = [['cacert', 'OS_CACERT'], ['cert', 'OS_CERT'], ['key', 'OS_KEY']] as const
  for (const [option, setting] of options) {
    const message = new RegExp(`^${setting} must be .*nowhere\\.pem \\(ENOENT\\)$`)
    t.throws(() => loadUpstreamTls({ [option]: '/nowhere.pem' }), { name: 'InvalidSetting', message })
  }
})

t.test('trusts only the public CAs by default', async (t) => {
  const defaults = { ca: undefined, cert: undefined, key: undefined, rejectUnauthorized: true }
  t.same(loadUpstreamTls({}), defaults)
  t.equal(loadUpstreamTls({ insecure: true }).rejectUnauthorized, false)
})
