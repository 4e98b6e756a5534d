import { InvalidSetting, quote } from '#lib/errors.js'
import { splitList } from './settings.js'

/**
 * The origins whose pages may read the answers, each as a browser sends it: scheme, host, and a port where it is not the scheme's own.
 * @param setting the text of CORS_ORIGINS; there are none without it
 * @throws InvalidSetting
 */
export function parseCorsOrigins (setting = '') {
  const origins = splitList(setting)
  const wrong = origins.find((origin) => origin.includes('*') || !URL.canParse(origin) || new URL(origin).origin !== origin)
  if (wrong === undefined) return origins
  throw new InvalidSetting(`CORS_ORIGINS must be origins, such as https://portal.example.org, without a path or a wildcard: ${quote(wrong)} is none`)
}
