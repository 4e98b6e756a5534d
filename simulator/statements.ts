/** The forms of query that the simulated metrics store understands, with times in ms. */
export type Statement =
  | { form: 'last', measurement: string, ids: string[], project?: string, since: number }
  | { form: 'mean', measurement: string, ids: string[], project?: string, start: number, end: number, step: number, perDevice: boolean }
  | { form: 'owners', measurements: string[], ids: string[] }

/** A statement that cannot be read: of the wrong form (400 for the whole request), or with a value of the wrong kind. */
export interface Misread { message: string, refused: boolean }

const from = 'FROM "(?<measurement>[^"]+)" WHERE time >= \\$(?<start>\\w+)'
const ids = '\\(?(?<ids>"resource_id" = \\$\\w+(?: OR "resource_id" = \\$\\w+)*)\\)?'
const ofProject = '(?:AND "_tenant_id" = \\$(?<project>\\w+) )?'
const last = new RegExp(`^SELECT last\\("value"\\) ${from} AND ${ids} ${ofProject}GROUP BY "resource_id"$`)
const mean = new RegExp(`^SELECT mean\\("value"\\) AS "usage" ${from} AND time < \\$(?<end>\\w+) AND ${ids} ` +
  `${ofProject}GROUP BY time\\(\\$(?<step>\\w+)\\), "resource_id"(?<device>, "device")? fill\\(none\\)$`)

const owners = new RegExp(`^SELECT last\\("value"\\) FROM (?<measurements>"[^"]+"(?:, "[^"]+")*) WHERE ${ids} GROUP BY "_tenant_id"$`)

type Params = Record<string, unknown>

/** Reads one InfluxQL statement, with the values that its $names are bound to. */
export function readStatement (text: string, params: Params): Statement | Misread {
  const plain = text.trim().replace(/\s+/g, ' ')
  const parts = (last.exec(plain) ?? mean.exec(plain) ?? owners.exec(plain))?.groups as Record<string, string> | undefined
  if (!parts) return { message: `error parsing query: found ${plain}, expected a form that is simulated`, refused: true }

  const unknown = [...plain.matchAll(/\$(\w+)/g)].find(([, name]) => !(name! in params))
  if (unknown) return { message: `error parsing query: missing parameter: ${unknown[1]}`, refused: true }
  const bad = Object.values(params).some((value) => isDuration(value) && durationOf(value) === undefined)
  if (bad) return { message: 'error parsing query: invalid duration', refused: true }

  const ids = [...parts.ids!.matchAll(/\$(\w+)/g)].map(([, name]) => String(params[name!]))
  if (parts.measurements) return { form: 'owners', measurements: parts.measurements.slice(1, -1).split('", "'), ids }
  const measurement = parts.measurement!
  const project = parts.project && String(params[parts.project])
  const start = timeOf(params[parts.start!])
  if (!parts.step) return start === undefined ? notATime : { form: 'last', measurement, ids, project, since: start }
  const [end, step] = [timeOf(params[parts.end!]), durationOf(params[parts.step])]
  if (step === undefined) return { message: 'time dimension must have duration argument', refused: false }
  if (start === undefined || end === undefined) return notATime
  return { form: 'mean', measurement, ids, project, start, end, step, perDevice: parts.device !== undefined }
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
