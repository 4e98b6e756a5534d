import type { AccessRule } from '#lib/openstack/token-validation.js'

/** A rule as requests are held against it: of the path what stands there, and `*` and `**` for what may stand there. */
export interface PathRule {
  method: string
  parts: string[]
}

/** What this service is called in access rules. Source: OpenStack service types authority. */
const service = 'monitoring'

/** No path of this service is longer. With the next one, it bounds what the rules cost each request: they are a user's own text. */
const longestPath = 256
/** Characters of all rules for this service together: one for each of its routes has 500. */
const longestRules = 2_048

/** The rules that are for this service; `undefined` where that is too much text to hold each request against. */
export function parseAccessRules (rules: AccessRule[]): PathRule[] | undefined {
  const own = rules.filter((rule) => rule.service === service)
  if (own.reduce((sum, { path }) => sum + path.length, 0) > longestRules) return undefined
  return own.map(({ method, path }) => ({ method, parts: partsOf(path) }))
}

/** `**` stands for anything, `*` and `{name}` for some characters of which none is a slash. Source: keystonemiddleware, "Access rules". */
function partsOf (pattern: string) {
  const parts = pattern.split(/(\*\*|\*|\{[^{}]*\})/)
  return parts.map((part, n) => n % 2 === 0 || part === '**' ? part : '*').filter((part) => part !== '')
}

/** Whether one of the rules allows a request, whose path is as it was sent. */
export function isAllowed (rules: PathRule[], method: string, path: string) {
  return path.length <= longestPath && rules.some((rule) => rule.method === method && fits(rule.parts, path))
}

/** A pattern becomes no regular expression: it is followed to all the places that its parts may end at, each of them once. */
const fits = (parts: string[], path: string) => parts.reduce((places, part) => matchPositions(places, part, path), [0]).at(-1) === path.length

/** The places in a path that a part may end at which begins at one of these; they ascend, and so do those. */
export function matchPositions (places: number[], part: string, path: string) {
  const ends: number[] = []
  if (part === '**') {
    for (let end = places[0] ?? Infinity; end <= path.length; end++) ends.push(end)
  } else if (part === '*') {
    let last = -1
    for (const place of places) {
      if (place > last) last = endOfSegment(path, place)
      for (let end = Math.max(place, ends.at(-1) ?? 0) + 1; end <= last; end++) ends.push(end)
    }
  } else {
    for (const place of places) if (path.startsWith(part, place)) ends.push(place + part.length)
  }
  return ends
}

function endOfSegment (path: string, place: number) {
  const slash = path.indexOf('/', place)
  return slash < 0 ? path.length : slash
}
