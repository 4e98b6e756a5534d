/** Objects whose keys are data, by the key that they stand under. */
const maps = new Set(['addresses', 'metadata'])

/**
 * Where two bodies are of another form: other keys, other JSON types, or times that are written otherwise.
 * Of two lists each element must have its like in the other one; an empty list is like any.
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
  const [is, shouldBe] = [kind(simulated), kind(real)]
  return is === shouldBe ? [] : [`${path}: ${is} instead of ${shouldBe}`]
}

function listDifferences (simulated: unknown[], real: unknown[], path: string): string[] {
  if (simulated.length === 0 || real.length === 0) return []
  return [...new Set([
    ...simulated.flatMap((one) => least(real.map((other) => differences(one, other, `${path}[]`)))),
    ...real.flatMap((one) => least(simulated.map((other) => differences(other, one, `${path}[]`))))
  ])]
}

const least = (found: string[][]) => found.reduce((a, b) => b.length < a.length ? b : a)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function kind (value: unknown) {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(value)) {
    return `a time such as ${value.replaceAll(/\d/g, '0')}`
  }
  return typeof value
}
