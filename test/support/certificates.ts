import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Makes a self-signed certificate of 127.0.0.1, or of another name, in a folder. Who is to trust it takes it for a CA. */
export function createCertificate (folder: string, name = '', subject = 'IP:127.0.0.1') {
  const files = { cert: join(folder, `${name}cert.pem`), key: join(folder, `${name}key.pem`) }
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', `subjectAltName=${subject}`, '-keyout', files.key, '-out', files.cert], { stdio: 'ignore' })
  return { files, cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
}

/** The same with days that are over. */
export function expire ({ files }: ReturnType<typeof createCertificate>) {
  execFileSync('openssl', ['x509', '-in', files.cert, '-signkey', files.key, '-days', '-1', '-out', files.cert], { stdio: 'ignore' })
  return { files, cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
}
