import type { Dispatcher } from 'undici'

/** Redirects that are followed with the same method and body, as keystoneauth does it for logins as well. */
const sameMethod = [301, 302, 307, 308]
/** A redirect that is followed with GET: one of a POST is its result, and not a place for its repetition. */
const toGet = 303

const maxRedirects = 3

/** An upstream redirects to a place that must not get the request, which carries a credential. */
export class RedirectRejected extends Error {
  override readonly name = 'RedirectRejected'

  constructor (message: string, readonly status: number) {
    super(`${message} (${status})`)
  }
}

/**
 * Sends a request, and follows redirects to the same origin, or from http to https of the same host.
 * Source: RFC 9110, "Redirection 3xx".
 * @throws RedirectRejected for any other redirect, and after three of them
 */
export async function followRedirects (
  send: (url: string) => Promise<Dispatcher.ResponseData>, url: string, method: string, followed = 0
): Promise<Dispatcher.ResponseData> {
  const response = await send(url)
  const { statusCode: status, headers, body } = response
  if (!sameMethod.includes(status) && !(status === toGet && method === 'GET')) return response
  await body.dump()
  const target = targetOf(new URL(url), headers.location)
  if (typeof target === 'string') throw new RedirectRejected(`redirects ${target}`, status)
  if (followed === maxRedirects) {
    throw new RedirectRejected(`redirects more than ${maxRedirects} times`, status)
  }
  return await followRedirects(send, target.href, method, followed + 1)
}

/** The URL that a `Location` leads to, or how the redirect is not followed. */
function targetOf (from: URL, location?: string | string[]): URL | string {
  const to = typeof location === 'string' && URL.canParse(location, from.href) && new URL(location, from)
  if (!to || !/^https?:$/.test(to.protocol)) return 'without a valid Location'
  if (to.origin === from.origin) return to
  if (to.hostname !== from.hostname) return 'to another host'
  if (to.protocol === 'https:') return from.protocol === 'http:' ? to : 'to another port'
  return from.protocol === 'https:' ? 'from https to http' : 'to another port'
}
