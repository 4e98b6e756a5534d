/**
 * The only values that are put into a statement. Parameters cannot be bound instead: neither InfluxDB before
 * 1.8 nor InfluxDB 3 binds a duration, and InfluxDB 3 rejects one that some statement of a request lacks.
 * Source: InfluxQL reference, "Literals"; influxdata/influxql, `parser.go`.
 */

/** No character of an id has a meaning inside of quotes, or ends them. */
const idPattern = /^[A-Za-z0-9_-]{1,64}$/
const databasePattern = /^[A-Za-z0-9_.-]{1,256}$/
const timePattern = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z$/

/** Whether a text can be the id of an instance or a project with samples. */
export const isId = (text: string) => idPattern.test(text)

/**
 * The id of an instance or a project, as a string literal.
 * @throws TypeError for any other text
 */
export function idLiteral (id: string) {
  if (!isId(id)) throw new TypeError('not an id of letters, digits, - and _')
  return `'${id}'`
}

/**
 * A name of a database as an identifier.
 * @throws TypeError for any other text
 */
export function databaseIdentifier (name: string) {
  if (!databasePattern.test(name)) throw new TypeError('not a name of letters, digits, ., - and _')
  return `"${name}"`
}

/**
 * An instant as an RFC 3339 literal, in milliseconds.
 * @param seconds unix seconds
 * @throws RangeError outside of the years 0 to 9999
 */
export function timeLiteral (seconds: number) {
  const text = new Date(seconds * 1000).toISOString()
  if (!timePattern.test(text)) throw new RangeError('not a time of the years 0 to 9999')
  return `'${text}'`
}

/**
 * A duration literal.
 * @throws RangeError unless it is a positive number of whole seconds
 */
export function durationLiteral (seconds: number) {
  if (!Number.isSafeInteger(seconds) || seconds <= 0) throw new RangeError('not whole seconds')
  return `${seconds}s`
}

/**
 * A number of points.
 * @throws RangeError unless it is a positive whole number
 */
export function countLiteral (count: number) {
  if (!Number.isSafeInteger(count) || count <= 0) throw new RangeError('not a positive whole number')
  return String(count)
}
