import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface CertificateFiles {
  cert: string
  key: string
}

/**
 * Creates a self-signed certificate in a folder. It is its own CA.
 * @param prefix of the two file names
 * @param subject the alternative name that it is valid for
 */
export function createCertificate (folder: string, prefix = '', subject = 'IP:127.0.0.1') {
  const files = { cert: join(folder, `${prefix}cert.pem`), key: join(folder, `${prefix}key.pem`) }
  openssl(
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', `subjectAltName=${subject}`, '-keyout', files.key, '-out', files.cert
  )
  return read(files)
}

/** Replaces a certificate by one that has expired. */
export function expire ({ files }: ReturnType<typeof createCertificate>) {
  openssl('x509', '-in', files.cert, '-signkey', files.key, '-days', '-1', '-out', files.cert)
  return read(files)
}

function openssl (...args: string[]) {
  execFileSync('openssl', args, { stdio: 'ignore' })
}

function read (files: CertificateFiles) {
  return { files, cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
}
