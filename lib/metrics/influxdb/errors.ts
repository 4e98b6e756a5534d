import { UpstreamError } from '#lib/errors.js'

/** One of the statements of a request failed, or its answer is not whole: alone, another one may do better. */
export class StatementFailed extends UpstreamError {}

/** What InfluxDB says where no statement is at fault, and what an operator can do about it. */
const ofAll: Array<[saying: string, meaning: string]> = [
  ['database not found', 'has no such database: check INFLUX_DATABASE'],
  ['retention policy not found', 'has no such retention policy: check INFLUX_RETENTION_POLICY'],
  ['max-concurrent-queries limit exceeded', 'runs as many queries as it may'],
  ['query-timeout limit exceeded', 'stopped a query that took too long']
]

/** What the error of a statement means. Its own text is not passed on: it may quote the query. */
export function statementError (error: string): UpstreamError {
  const [, meaning] = ofAll.find(([saying]) => error.startsWith(saying)) ?? []
  return meaning === undefined
    ? new StatementFailed('metrics', 'invalid', 'failed to run a query')
    : new UpstreamError('metrics', 'invalid', meaning)
}

/** Whether a failure would be met by each statement alone. That it cannot read one of them, InfluxDB says with a 400 that arrives whole. */
export const affectsAllStatements = (err: unknown) => err instanceof UpstreamError && !(err instanceof StatementFailed) &&
  (err.reason !== 'invalid' || err.details.status !== 400)
