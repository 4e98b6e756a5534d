import t from 'tap'
import { loadUpstreamTls } from '#lib/config/upstream-tls.js'

t.test('rejects a TLS file that cannot be read, by the name of its setting', async (t) => {
  for (const [option, setting] of [['cacert', 'OS_CACERT'], ['cert', 'OS_CERT'], ['key', 'OS_KEY']] as const) {
    const message = new RegExp(`^${setting} must be .*nowhere\\.pem \\(ENOENT\\)$`)
    t.throws(() => loadUpstreamTls({ [option]: '/nowhere.pem' }), { name: 'InvalidSetting', message })
  }
})

t.test('trusts the public certificates alone without a private CA', async (t) => {
  t.same(loadUpstreamTls({}), { ca: undefined, cert: undefined, key: undefined, rejectUnauthorized: true })
  t.equal(loadUpstreamTls({ insecure: true }).rejectUnauthorized, false)
})
