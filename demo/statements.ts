/** The three forms of query that the simulated metrics store understands, with times in ms. */
export type Statement =
  | { form: 'last', measurement: string, ids: string[], since: number }
  | { form: 'mean' | 'sum', measurement: string, id: string, start: number, end: number, step: number }

/** A statement that cannot be read: of the wrong form (400 for the whole request), or with a value of the wrong kind. */
export interface Misread { message: string, refused: boolean }

const last = new RegExp('^SELECT last\\("value"\\) FROM "([^"]+)" WHERE time >= \\$(\\w+) ' +
  'AND \\(?("resource_id" = \\$\\w+(?: OR "resource_id" = \\$\\w+)*)\\)? GROUP BY "resource_id"$')
const range = '"resource_id" = \\$(\\w+) AND time >= \\$(\\w+) AND time < \\$(\\w+)'
const mean = new RegExp(`^SELECT mean\\("value"\\) AS "usage" FROM "([^"]+)" WHERE ${range} GROUP BY time\\(\\$(\\w+)\\) fill\\(none\\)$`)
const sum = new RegExp(`^SELECT sum\\("mean"\\) AS "usage" FROM \\(SELECT mean\\("value"\\) FROM "([^"]+)" WHERE ${range} ` +
  'GROUP BY time\\(\\$(\\w+)\\), "device" fill\\(none\\)\\) ' +
  'WHERE time >= \\$\\3 AND time < \\$\\4 GROUP BY time\\(\\$\\5\\) fill\\(none\\)$')

const forms = [['last', last], ['mean', mean], ['sum', sum]] as const

type Params = Record<string, unknown>

/** Reads one InfluxQL statement, with the values that its $names are bound to. */
export function readStatement (text: string, params: Params): Statement | Misread {
  const plain = text.trim().replace(/\s+/g, ' ')
  const [form, match] = forms.map(([form, pattern]) => [form, pattern.exec(plain)] as const).find(([, match]) => match) ?? []
  if (!form || !match) return { message: `error parsing query: found ${plain}, expected a form that is simulated`, refused: true }
  const [, measurement, ...names] = match as string[]

  const unknown = [...plain.matchAll(/\$(\w+)/g)].find(([, name]) => !(name! in params))
  if (unknown) return { message: `error parsing query: missing parameter: ${unknown[1]}`, refused: true }
  const bad = Object.values(params).some((value) => isDuration(value) && durationOf(value) === undefined)
  if (bad) return { message: 'error parsing query: invalid duration', refused: true }
  const values = names.map((name) => params[name])
  if (form === 'last') {
    const since = timeOf(values[0])
    const ids = [...names[1]!.matchAll(/\$(\w+)/g)].map(([, name]) => String(params[name!]))
    return since === undefined ? notATime : { form: 'last', measurement: measurement!, ids, since }
  }
  const [start, end, step] = [timeOf(values[1]), timeOf(values[2]), durationOf(values[3])]
  if (step === undefined) return { message: 'time dimension must have duration argument', refused: false }
  if (start === undefined || end === undefined) return notATime
  return { form, measurement: measurement!, id: String(values[0]), start, end, step }
}

const notATime: Misread = { message: 'invalid operation: time and *influxql.StringLiteral are not compatible', refused: false }

function timeOf (value: unknown): number | undefined {
  return /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(String(value)) ? Date.parse(String(value)) : undefined
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

const isDuration = (value: unknown): value is { duration: unknown } => typeof value === 'object' && value !== null && 'duration' in value

// Sums such as 1h30m are durations too. Nothing below a millisecond, and not zero: no client of this needs them.
function durationOf (value: unknown): number | undefined {
  const text = isDuration(value) ? String(value.duration) : ''
  if (!/^(?:\d+(?:ms|[smhdw]))+$/.test(text)) return undefined
  const total = [...text.matchAll(/(\d+)(ms|[smhdw])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)
  return total > 0 ? total : undefined
}
