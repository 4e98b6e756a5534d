import { InvalidSetting, quote } from '#lib/errors.js'
import { splitList } from './settings.js'

/**
 * The origins whose pages may read responses, each as a browser sends it: scheme, host, and a port that is
 * not the scheme's default.
 * @param setting the text of CORS_ORIGINS; there are no origins without it
 * @throws InvalidSetting
 */
export function parseCorsOrigins (setting = '') {
  const origins = splitList(setting)
  const isOrigin = (text: string) =>
    !text.includes('*') && URL.canParse(text) && new URL(text).origin === text
  const invalid = origins.find((origin) => !isOrigin(origin))
  if (invalid === undefined) return origins
  throw new InvalidSetting('CORS_ORIGINS must be origins, such as https://portal.example.org, without a ' +
    'path or a ' +
    `wildcard: ${quote(invalid)} is none`)
}
