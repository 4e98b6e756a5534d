/** Fields whose keys are data, such as network names. */
const maps = new Set(['addresses', 'metadata'])

/**
 * Compares the structure of two bodies: their keys, JSON types, and time formats. Each element of a list must
 * have an equivalent in the other list; an empty list is equivalent to any list.
 * @returns a message for each difference
 */
export function differences (simulated: unknown, real: unknown, path = ''): string[] {
  if (Array.isArray(simulated) && Array.isArray(real)) return listDifferences(simulated, real, path)
  if (isObject(simulated) && isObject(real)) {
    if (maps.has(path.slice(path.lastIndexOf('.') + 1))) {
      return listDifferences(Object.values(simulated), Object.values(real), path)
    }
    const keys = new Set([...Object.keys(simulated), ...Object.keys(real)])
    return [...keys].flatMap((key) => differences(simulated[key], real[key], `${path}.${key}`))
  }
  const [actual, expected] = [kind(simulated), kind(real)]
  return actual === expected ? [] : [`${path}: ${actual} instead of ${expected}`]
}

function listDifferences (simulated: unknown[], real: unknown[], path: string): string[] {
  if (simulated.length === 0 || real.length === 0) return []
  return [...new Set([
    ...simulated.flatMap((one) => fewest(real.map((other) => differences(one, other, `${path}[]`)))),
    ...real.flatMap((one) => fewest(simulated.map((other) => differences(other, one, `${path}[]`))))
  ])]
}

const fewest = (candidates: string[][]) => candidates.reduce((a, b) => b.length < a.length ? b : a)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The JSON type of a value, or the format of a time. */
function kind (value: unknown) {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(value)) {
    return `a time such as ${value.replaceAll(/\d/g, '0')}`
  }
  return typeof value
}
