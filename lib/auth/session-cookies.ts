import { Type } from '@sinclair/typebox'
import { parseCookie, stringifySetCookie } from 'cookie'
import { UpstreamError } from '#lib/errors.js'
import type { createSealer } from './sealed.js'
import { Session } from './session.js'

/**
 * The names of the cookies. The prefix makes browsers reject those of a host beside this one. Source:
 * RFC 6265bis, "The __Host- Prefix".
 */
const names = {
  session: '__Host-openstack-monitoring',
  receipt: '__Host-openstack-monitoring-receipt',
  websso: '__Host-openstack-monitoring-websso'
}

/** Milliseconds for which a receipt, and the start of a single sign-on, are accepted. */
const lifetimes = { receipt: 300_000, websso: 600_000 }

/** Keystone's page is of another site to browsers, and its form must bring the start of a sign-on along. */
const sameSite = { session: 'strict', receipt: 'strict', websso: 'none' } as const

/** Bytes that a browser stores of a cookie, the name and the value. Source: RFC 6265bis, "Limits". */
const maxBytes = 4_096

export type CookieKind = keyof typeof names

/**
 * The cookies of signed-in users. Their values are sealed: browsers keep them for the service.
 * @param now unix milliseconds
 */
export function createSessionCookies (sealer: ReturnType<typeof createSealer>, now: () => number) {
  const seals = {
    session: sealer('session', Session),
    receipt: sealer('receipt', Type.String()),
    websso: sealer('websso', Type.String())
  }

  /** A `Set-Cookie` with a value for some milliseconds. */
  function write (kind: CookieKind, value: string, lifetime: number) {
    const maxAge = Math.floor(lifetime / 1_000)
    return stringifySetCookie({
      name: names[kind], value, maxAge, path: '/', httpOnly: true, secure: true, sameSite: sameSite[kind]
    })
  }

  /** The value of a `Cookie` header. */
  const read = (header: string, kind: CookieKind) => parseCookie(header)[names[kind]] ?? ''

  return {
    /** The session of a `Cookie` header; `undefined` where there is none, or no longer. */
    session: async (header: string) => await seals.session.open(read(header, 'session')),

    /** The text of another cookie. */
    text: async (header: string, kind: keyof typeof lifetimes) => await seals[kind].open(read(header, kind)),

    /**
     * The `Set-Cookie` of a session.
     * @throws UpstreamError where its tokens are too long
     */
    async writeSession (session: Session) {
      const value = await seals.session.seal(session, session.expires)
      if (names.session.length + value.length > maxBytes) {
        throw new UpstreamError('identity', 'invalid', 'issued tokens that do not fit into a cookie')
      }
      return write('session', value, session.expires - now())
    },

    /** The `Set-Cookie` of another text. */
    async writeText (kind: keyof typeof lifetimes, text: string) {
      return write(kind, await seals[kind].seal(text, now() + lifetimes[kind]), lifetimes[kind])
    },

    /** The `Set-Cookie` that removes a cookie. */
    clear: (kind: CookieKind) => write(kind, '', 0)
  }
}
