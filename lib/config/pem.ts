import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { InvalidSetting } from '#lib/errors.js'
import { homeFolder } from './home.js'

/** A PEM file, and the setting that names it. */
export interface PemFile {
  setting: string
  /** `~/` is the home folder. */
  path: string
}

/**
 * The text of a PEM file.
 * @throws InvalidSetting where it cannot be read
 */
export function loadPem ({ setting, path }: PemFile) {
  try {
    return readFileSync(path.replace(/^~(?=\/)/, homeFolder()), 'utf8')
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException
    throw new InvalidSetting(`${setting} must be a PEM file that can be read: ${path} (${code})`)
  }
}

/**
 * The text of a PEM file with the certificates of CAs. TLS itself skips what it cannot parse, and would trust
 * fewer CAs without a word.
 * @throws InvalidSetting where the file cannot be read, has no certificate, or an invalid one
 */
export function loadAuthorities (file: PemFile) {
  const text = loadPem(file)
  const certificates = text.split(/^(?=-----BEGIN )/m).filter((block) => beginsCertificate.test(block))
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new InvalidSetting(`${file.setting} must be a PEM file of valid certificates: ${file.path} is none`)
  }
  return text
}

const beginsCertificate = /^-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/

function isCertificate (block: string) {
  try {
    return new X509Certificate(block).raw.length > 0
  } catch {
    return false
  }
}

/**
 * The texts of a certificate and its key.
 * @throws InvalidSetting where a file cannot be read, or they are no pair
 */
export function loadKeyPair (certFile: PemFile, keyFile: PemFile) {
  const pair = { cert: loadPem(certFile), key: loadPem(keyFile) }
  try {
    createSecureContext(pair)
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException
    const settings = [...new Set([certFile.setting, keyFile.setting])].join(' and ')
    throw new InvalidSetting(`${settings} must be a certificate and its key, in PEM (${code})`)
  }
  return pair
}
