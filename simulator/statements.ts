/** The statements that the simulated metrics store supports, with times in ms. */
export type Statement =
  | { form: 'last', measurement: string, ids: string[], project?: string, start: number, end: number }
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
  | NewestStatement
  | { form: 'projects', measurements: string[], ids: string[], project?: string }

/** The newest samples of all instances: summed over devices; or the first ones by them. */
export interface NewestStatement {
  form: 'newest'
  measurement: string
  ids?: string[]
  projects?: string[]
  start: number
  end: number
  first?: { selector: string, count: number }
}

/**
 * An error message for a statement. A syntax error rejects the whole request with 400; a value of the wrong
 * type is an error of the statement alone.
 */
export interface InvalidStatement { message: string, rejectsRequest: boolean }

// Only the forms of literals that the service sends: an id of another form rejects the request.
const time = (name: string) => `'(?<${name}>[^'\\\\]*)'`
const id = "'[\\w-]{1,64}'"
const from = `FROM "(?<measurement>[^"]+)" WHERE time >= ${time('start')} AND time < ${time('end')}`
const ids = `\\((?<ids>"resource_id" = ${id}(?: OR "resource_id" = ${id})*)\\)`
const ofProject = `(?: AND "_tenant_id" = (?<project>${id}))?`
const last = new RegExp(`^SELECT last\\("value"\\) ${from} AND ${ids}${ofProject} GROUP BY "resource_id"$`)
const mean = new RegExp(
  `^SELECT mean\\("value"\\) AS "usage" ${from} AND ${ids}${ofProject} ` +
  'GROUP BY time\\((?<step>(?:[1-9]\\d*(?:ms|[smhdw]))+)\\), ' +
  '"resource_id"(?<device>, "device")? fill\\(none\\)$'
)
const anyProject = `\\((?<projects>"_tenant_id" = ${id}(?: OR "_tenant_id" = ${id})*)\\)`
const byBoth = 'GROUP BY "resource_id", "_tenant_id"'
const newestLast =
  `SELECT last\\("value"\\) AS "usage" ${from}(?: AND ${ids})?(?: AND ${anyProject})? ${byBoth}`
const newest = new RegExp(`^${newestLast}$`)
const newestSum = new RegExp(
  `^SELECT sum\\("usage"\\) AS "usage" FROM \\(${newestLast}, "device"\\) ${byBoth}$`
)
const firstOfNewest = new RegExp(
  '^SELECT (?<selector>top|bottom)\\("usage", "resource_id", "_tenant_id", (?<count>[1-9]\\d*)\\) ' +
  'FROM \\((?<inner>.*)\\)$'
)
const projects = new RegExp(
  '^SELECT last\\("value"\\) FROM (?<measurements>"[^"]+"(?:, "[^"]+")*) ' +
  `WHERE ${ids}${ofProject} GROUP BY "_tenant_id"$`
)

/** Parses one InfluxQL statement. */
export function parseStatement (text: string): Statement | InvalidStatement {
  const plain = text.trim().replace(/\s+/g, ' ')
  const { selector, count, inner } = firstOfNewest.exec(plain)?.groups ?? {}
  if (inner !== undefined) {
    const statement = parseStatement(inner)
    if (!('form' in statement) || statement.form !== 'newest') return statement
    return { ...statement, first: { selector: selector!, count: Number(count) } }
  }
  const match = last.exec(plain) ?? mean.exec(plain) ?? projects.exec(plain) ??
    newest.exec(plain) ?? newestSum.exec(plain)
  const parts = match?.groups as Record<string, string> | undefined
  if (!parts) {
    return {
      message: `error parsing query: found ${plain}, expected a statement that the simulator supports`,
      rejectsRequest: true
    }
  }

  const literals = (text = '') => [...text.matchAll(/'(.*?)'/g)].map(([, id]) => id!)
  const ids = literals(parts.ids)
  const project = parts.project?.slice(1, -1)
  if (parts.measurements) {
    return { form: 'projects', measurements: parts.measurements.slice(1, -1).split('", "'), ids, project }
  }
  const measurement = parts.measurement!
  const [start, end] = [timeOf(parts.start!), timeOf(parts.end!)]
  if (start === undefined || end === undefined) return notATime
  if ('projects' in parts) {
    const projects = parts.projects === undefined ? undefined : literals(parts.projects)
    return {
      form: 'newest', measurement, ids: parts.ids === undefined ? undefined : ids, projects, start, end
    }
  }
  const common = { measurement, ids, project, start, end }
  if (!parts.step) return { form: 'last', ...common }
  return { form: 'mean', ...common, step: durationOf(parts.step), perDevice: parts.device !== undefined }
}

const notATime: InvalidStatement = {
  message: 'invalid operation: time and *influxql.StringLiteral are not compatible', rejectsRequest: false
}

function timeOf (text: string): number | undefined {
  return /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : undefined
}

const units: Record<string, number> = {
  ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000
}

// Sums such as 1h30m are durations too. Units below a millisecond are not supported: the service sends none.
const durationOf = (text: string) => [...text.matchAll(/(\d+)(ms|[smhdw])/g)]
  .reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)
