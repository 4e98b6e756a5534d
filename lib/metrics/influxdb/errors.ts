import { UpstreamError } from '#lib/errors.js'

/** One statement of a request failed, or its result is truncated: another statement may succeed alone. */
export class StatementFailed extends UpstreamError {}

/** The database of a request does not exist. */
export class DatabaseMissing extends UpstreamError {}

/** InfluxDB's messages that are about no single statement, and what an operator can do. */
const requestErrors: Array<[prefix: string, meaning: string, kind?: typeof DatabaseMissing]> = [
  ['database not found', 'has no such database: check INFLUX_DATABASE', DatabaseMissing],
  ['database name required', 'needs the name of a database: check INFLUX_DATABASE'],
  ['retention policy not found', 'has no such retention policy: check INFLUX_RETENTION_POLICY'],
  ['max-concurrent-queries limit exceeded', 'runs as many queries as it may'],
  ['query-timeout limit exceeded', 'stopped a query that took too long']
]

/** The error of a statement's result. InfluxDB's own text is dropped, because it may quote the query. */
export function statementError (message: string): UpstreamError {
  const [, meaning = 'failed to run a query', Kind = UpstreamError] =
    requestErrors.find(([prefix]) => message.startsWith(prefix)) ?? ['', undefined, StatementFailed]
  return new Kind('metrics', 'invalid', meaning)
}

/**
 * The statuses of a request that fails as a whole because of one statement: InfluxDB cannot parse it, or
 * cannot write its result, such as a mean beyond the largest number.
 */
const statusesOfOneStatement = [400, 200]

/** Whether each statement would fail alone as well. */
export const affectsAllStatements = (err: unknown) =>
  err instanceof UpstreamError && !(err instanceof StatementFailed) &&
  (err.reason !== 'invalid' || !statusesOfOneStatement.includes(err.details.status ?? 0))
