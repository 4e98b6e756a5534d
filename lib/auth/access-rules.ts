import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

/** A request that an application credential may be used for. Source: Identity API v3, "Application Credentials", `access_rules`. */
export const AccessRule = Type.Object({ service: Type.String(), method: Type.String(), path: Type.String() })
export type AccessRule = Static<typeof AccessRule>

/** What this service is called in access rules. Source: OpenStack service types authority. */
const service = 'monitoring'

/** No path of this service is longer; and what a pattern costs is bounded by it. */
const longest = 256

/** Whether one of the rules allows a request, whose path is as it was sent. */
export function isAllowed (rules: AccessRule[], method: string, path: string) {
  return path.length <= longest && rules.some((rule) => rule.service === service && rule.method === method && fits(rule.path, path))
}

/**
 * Whether a path is what a pattern says: `**` stands for anything, `*` and `{name}` for some characters of which none is a slash.
 * A pattern is a user's own text, so it becomes no regular expression: it is followed at all its places at once, a character at a time.
 * Source: keystonemiddleware, "Access rules".
 */
function fits (pattern: string, path: string) {
  const parts = pattern.match(/\*\*|\*|\{[^{}]*\}|./gsu) ?? []
  /** Where one is who has come to a place: `**` may stand for nothing. */
  const at = (place: number): number[] => parts[place] === '**' ? [place, ...at(place + 1)] : [place]
  /** Where a character leads from a place. */
  const after = (place: number, character: string) => {
    const part = parts[place]
    if (part === '**') return at(place)
    if (part === '*' || /^\{.*\}$/s.test(part ?? '')) return character === '/' ? [] : [place, ...at(place + 1)]
    return part === character ? at(place + 1) : []
  }
  let places = new Set(at(0))
  for (const character of path) places = new Set([...places].flatMap((place) => after(place, character)))
  return places.has(parts.length)
}
