import { join } from 'node:path'
import t from 'tap'
import { loadCertificate } from '#lib/config/tls-certificate.js'
import { createCertificate } from '#test/support/certificates.js'

const folder = t.testdir({ broken: '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n' })
const { files, cert, key } = createCertificate(folder)
const other = createCertificate(folder, 'other-').files

t.test('loads a certificate and its key, or nothing without the settings', async (t) => {
  t.equal(loadCertificate({}), undefined)
  t.same(loadCertificate({ TLS_CERT: files.cert, TLS_KEY: files.key }), { cert, key })
})

t.test('rejects an unusable certificate with one line that names the reason', async (t) => {
  const notAPair = 'TLS_CERT and TLS_KEY must be a certificate and its key, in PEM'
  const settings: Array<[Parameters<typeof loadCertificate>[0], RegExp]> = [
    [{ TLS_CERT: files.cert }, /^TLS_KEY is missing/],
    [{ TLS_KEY: files.key }, /^TLS_CERT is missing/],
    [
      { TLS_CERT: '/nowhere.pem', TLS_KEY: files.key },
      /^TLS_CERT must be a PEM file that can be read: \/nowhere.pem \(ENOENT\)$/
    ],
    [
      { TLS_CERT: files.cert, TLS_KEY: folder },
      /^TLS_KEY must be a PEM file that can be read: .* \(EISDIR\)$/
    ],
    [
      { TLS_CERT: files.cert, TLS_KEY: other.key },
      new RegExp(`^${notAPair} \\(ERR_OSSL_X509_KEY_VALUES_MISMATCH\\)$`)
    ],
    [
      { TLS_CERT: join(folder, 'broken'), TLS_KEY: files.key },
      new RegExp(`^${notAPair} \\(ERR_\\w+\\)$`)
    ]
  ]
  for (const [env, message] of settings) {
    t.throws(() => loadCertificate(env), { name: 'InvalidSetting', message })
  }
})
