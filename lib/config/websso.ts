import { InvalidSetting, quote } from '#lib/errors.js'
import { splitList } from './settings.js'

/** An identity provider that users may sign in with. */
export interface WebssoProvider {
  /** Its position in the setting, from 1. */
  id: string
  label: string
  /** The path below Keystone's URL at which the sign-in starts. */
  path: string
}

/**
 * Keystone's paths for single sign-on. Source: Identity API v3, `OS-FEDERATION`, "Web Single Sign On
 * authentication".
 */
const pathOf = (protocol: string, provider?: string) => provider === undefined
  ? `/auth/OS-FEDERATION/websso/${protocol}`
  : `/auth/OS-FEDERATION/identity_providers/${provider}/protocols/${protocol}/websso`

/**
 * The identity providers for single sign-on.
 * @param setting the text of WEBSSO
 * @throws InvalidSetting
 */
export const parseWebsso = (setting = ''): WebssoProvider[] => splitList(setting).map((entry, n) => {
  const [, label, provider, protocol] = /^([^=]+)=(?:([\w.~-]+)\/)?([\w.~-]+)$/.exec(entry) ?? []
  if (protocol === undefined) {
    throw new InvalidSetting(
      'WEBSSO must be identity providers such as Company login=openid or Google=google/openid: ' +
      `${quote(entry)} is none`
    )
  }
  return { id: String(n + 1), label: label!.trim(), path: pathOf(protocol, provider) }
})
