import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import t from 'tap'
import { loadUpstreamTls, trustedCertificates } from '#lib/config/upstream-tls.js'
import { createCertificate } from '#test/support/certificates.js'
import { pemFiles } from '#test/support/pem-files.js'

const folder = t.testdir({
  text: 'no certificate',
  broken: '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n'
})
const { files, cert, key } = createCertificate(folder)
const other = createCertificate(folder, 'other-')
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

t.test('names the setting of a file that cannot be read', async (t) => {
  for (const option of ['cacert', 'cert', 'key']) {
    const message = new RegExp(`^OS_${option.toUpperCase()} must be .*nowhere\\.pem \\(ENOENT\\)$`)
    const tls = pemFiles({ ...files, [option]: '/nowhere.pem' })
    t.throws(() => loadUpstreamTls(tls), { name: 'InvalidSetting', message })
  }
  t.throws(() => loadUpstreamTls({ cacert: { setting: 'cacert in clouds.yaml', path: folder } }), {
    message: /^cacert in clouds\.yaml must be .* \(EISDIR\)$/
  })
})

t.test('trusts only the public CAs by default', async (t) => {
  const defaults = { ca: undefined, cert: undefined, key: undefined, rejectUnauthorized: true }
  t.same(loadUpstreamTls({}), defaults)
  t.equal(loadUpstreamTls({ insecure: true }).rejectUnauthorized, false)
})

t.test('trusts every certificate of a CA file, with text and other blocks between them', async (t) => {
  const bundle = `# two CAs\r\n${cert}\n${key}\n${other.cert}`
  t.equal(trustedCertificates(write('bundle', bundle))?.at(-1), bundle)
})

t.test('finds a file below the home folder', async (t) => {
  const path = `~/${relative(homedir(), files.cert)}`
  t.equal(trustedCertificates(path)?.at(-1), cert)
})

t.test('rejects a CA file without a certificate, or with an invalid one', async (t) => {
  const der = Buffer.from(cert.replaceAll(/-----.*-----/g, ''), 'base64')
  const paths = [
    join(folder, 'text'), join(folder, 'broken'), files.key, write('empty', ''),
    write('cut', cert.slice(0, 200)), write('cut-bundle', cert + other.cert.slice(0, 200)),
    write('der', der.toString('latin1'))
  ]
  for (const path of paths) {
    t.throws(() => loadUpstreamTls(pemFiles({ cacert: path })), {
      name: 'InvalidSetting', message: /^OS_CACERT must be a PEM file of valid certificates: [^\n]* is none$/
    })
    t.throws(() => trustedCertificates(path), { message: /^OS_CACERT must be/ })
  }
})

t.test('loads a client certificate with its key, from two files or one', async (t) => {
  t.match(loadUpstreamTls(pemFiles(files)), { cert, key })
  const both = write('both', cert + key)
  t.match(loadUpstreamTls(pemFiles({ cert: both })), { cert: cert + key, key: cert + key })
})

t.test('rejects a client certificate without its key, and the reverse', async (t) => {
  const mismatch = '\\(ERR_OSSL_X509_KEY_VALUES_MISMATCH\\)$'
  const rejected: Array<[object, RegExp]> = [
    [{ cert: files.cert }, /^OS_KEY is missing: OS_CERT needs it$/],
    [{ key: files.key }, /^OS_CERT is missing: OS_KEY needs it$/],
    [{ cert: files.cert, key: other.files.key }, new RegExp(`^OS_CERT and OS_KEY must be .* ${mismatch}`)],
    [{ cert: write('mixed', cert + other.key) }, new RegExp(`^OS_CERT must be .* its key, .*${mismatch}`)],
    [{ cert: join(folder, 'text'), key: files.key }, /^OS_CERT and OS_KEY must be .*\(ERR_\w+\)$/],
    [{ cert: files.cert, key: join(folder, 'text') }, /^OS_CERT and OS_KEY must be .*\(ERR_\w+\)$/],
    [{ cert: files.key, key: files.cert }, /^OS_CERT and OS_KEY must be .*\(ERR_\w+\)$/]
  ]
  for (const [paths, message] of rejected) {
    t.throws(() => loadUpstreamTls(pemFiles(paths)), { name: 'InvalidSetting', message })
  }
})
