/** The rule that `isHttpUrl` checks, for error messages. */
export const httpUrlRule =
  'must be an http:// or https:// URL with a host, and without a user, a query, a fragment or spaces'

/**
 * Whether a text is the URL of an upstream. It has no user, because requests would drop it, and no query,
 * because a path is added to it.
 */
export function isHttpUrl (text: string) {
  if (!/^https?:\/\/[^\s/?#@,\\{}]+(?:\/[^\s?#{}]*)?$/i.test(text) || !URL.canParse(text)) return false
  return new URL(text).port !== '0'
}
