import type { AccessRule } from '#lib/openstack/token-validation.js'

/**
 * A rule in the form that requests are matched with: literal parts of the path, and the wildcards `*` and
 * `**`.
 */
export interface PathRule {
  method: string
  parts: string[]
}

/** This service's type in access rules. Source: OpenStack service types authority. */
const serviceType = 'monitoring'

/**
 * No path of this service is longer. With the next bound, it limits the cost of matching rules, which users
 * write.
 */
const maxPathLength = 256
/** Characters of all rules for this service together: one rule for each of its routes has 500. */
const maxRulesLength = 2_048

/**
 * The rules that are for this service.
 * @returns `undefined` where they are too long to be matched with each request
 */
export function parseAccessRules (rules: AccessRule[]): PathRule[] | undefined {
  const own = rules.filter((rule) => rule.service === serviceType)
  if (own.reduce((sum, { path }) => sum + path.length, 0) > maxRulesLength) return undefined
  return own.map(({ method, path }) => ({ method, parts: partsOf(path) }))
}

/**
 * `**` matches anything, `*` and `{name}` match one or more characters other than a slash. Source:
 * keystonemiddleware, "Access rules".
 */
function partsOf (pattern: string) {
  const parts = pattern.split(/(\*\*|\*|\{[^{}]*\})/)
  return parts.map((part, n) => n % 2 === 0 || part === '**' ? part : '*').filter((part) => part !== '')
}

/** Whether one of the rules allows a request. Its path is matched as it was sent. */
export function isAllowed (rules: PathRule[], method: string, path: string) {
  return path.length <= maxPathLength && rules.some(
    (rule) => rule.method === method && matches(rule.parts, path)
  )
}

/**
 * A pattern does not become a regular expression, which could take exponential time. Each part is matched
 * from all positions where the part before it may end, each position once.
 */
const matches = (parts: string[], path: string) =>
  parts.reduce((positions, part) => matchPositions(positions, part, path), [0]).at(-1) === path.length

/** The positions in a path where a part may end that begins at one of `starts`; both ascend. */
export function matchPositions (starts: number[], part: string, path: string) {
  const ends: number[] = []
  if (part === '**') {
    for (let end = starts[0] ?? Infinity; end <= path.length; end++) ends.push(end)
  } else if (part === '*') {
    let segmentEnd = -1
    for (const start of starts) {
      if (start > segmentEnd) segmentEnd = endOfSegment(path, start)
      for (let end = Math.max(start, ends.at(-1) ?? 0) + 1; end <= segmentEnd; end++) ends.push(end)
    }
  } else {
    for (const start of starts) if (path.startsWith(part, start)) ends.push(start + part.length)
  }
  return ends
}

function endOfSegment (path: string, start: number) {
  const slash = path.indexOf('/', start)
  return slash < 0 ? path.length : slash
}
