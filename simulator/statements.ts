/** The statements that the simulated metrics store supports, with times in ms. */
export type Statement =
  | { form: 'last', measurement: string, ids: string[], project?: string, since: number }
  | {
    form: 'mean'
    measurement: string
    ids: string[]
    project?: string
    start: number
    end: number
    step: number
    perDevice: boolean
  }
  | { form: 'projects', measurements: string[], ids: string[] }

/**
 * An error message for a statement. A syntax error rejects the whole request with 400; a value of the wrong
 * type is an error of the statement alone.
 */
export interface InvalidStatement { message: string, rejectsRequest: boolean }

const from = 'FROM "(?<measurement>[^"]+)" WHERE time >= \\$(?<start>\\w+)'
const ids = '\\(?(?<ids>"resource_id" = \\$\\w+(?: OR "resource_id" = \\$\\w+)*)\\)?'
const ofProject = '(?:AND "_tenant_id" = \\$(?<project>\\w+) )?'
const last = new RegExp(`^SELECT last\\("value"\\) ${from} AND ${ids} ${ofProject}GROUP BY "resource_id"$`)
const mean = new RegExp(
  `^SELECT mean\\("value"\\) AS "usage" ${from} AND time < \\$(?<end>\\w+) AND ${ids} ` +
  `${ofProject}GROUP BY time\\(\\$(?<step>\\w+)\\), "resource_id"(?<device>, "device")? fill\\(none\\)$`
)
const projects = new RegExp(
  `^SELECT last\\("value"\\) FROM (?<measurements>"[^"]+"(?:, "[^"]+")*) WHERE ${ids} GROUP BY "_tenant_id"$`
)

type Params = Record<string, unknown>

/**
 * Parses one InfluxQL statement.
 * @param params the values of its $names
 */
export function parseStatement (text: string, params: Params): Statement | InvalidStatement {
  const plain = text.trim().replace(/\s+/g, ' ')
  const match = last.exec(plain) ?? mean.exec(plain) ?? projects.exec(plain)
  const parts = match?.groups as Record<string, string> | undefined
  if (!parts) {
    return {
      message: `error parsing query: found ${plain}, expected a statement that the simulator supports`,
      rejectsRequest: true
    }
  }

  const unknown = [...plain.matchAll(/\$(\w+)/g)].find(([, name]) => !(name! in params))
  if (unknown) {
    return { message: `error parsing query: missing parameter: ${unknown[1]}`, rejectsRequest: true }
  }
  const bad = Object.values(params).some((value) => isDuration(value) && durationOf(value) === undefined)
  if (bad) return { message: 'error parsing query: invalid duration', rejectsRequest: true }

  const ids = [...parts.ids!.matchAll(/\$(\w+)/g)].map(([, name]) => String(params[name!]))
  if (parts.measurements) {
    return { form: 'projects', measurements: parts.measurements.slice(1, -1).split('", "'), ids }
  }
  const measurement = parts.measurement!
  const project = parts.project && String(params[parts.project])
  const start = timeOf(params[parts.start!])
  if (!parts.step) {
    return start === undefined ? notATime : { form: 'last', measurement, ids, project, since: start }
  }
  const [end, step] = [timeOf(params[parts.end!]), durationOf(params[parts.step])]
  if (step === undefined) {
    return { message: 'time dimension must have duration argument', rejectsRequest: false }
  }
  if (start === undefined || end === undefined) return notATime
  return { form: 'mean', measurement, ids, project, start, end, step, perDevice: parts.device !== undefined }
}

const notATime: InvalidStatement = {
  message: 'invalid operation: time and *influxql.StringLiteral are not compatible', rejectsRequest: false
}

function timeOf (value: unknown): number | undefined {
  return /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(String(value))
    ? Date.parse(String(value))
    : undefined
}

const units: Record<string, number> = {
  ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000
}

const isDuration = (value: unknown): value is { duration: unknown } =>
  typeof value === 'object' && value !== null && 'duration' in value

// Sums such as 1h30m are durations too. Units below a millisecond and zero are not supported: the service
// sends neither.
function durationOf (value: unknown): number | undefined {
  const text = isDuration(value) ? String(value.duration) : ''
  if (!/^(?:\d+(?:ms|[smhdw]))+$/.test(text)) return undefined
  const total = [...text.matchAll(/(\d+)(ms|[smhdw])/g)]
    .reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)
  return total > 0 ? total : undefined
}
