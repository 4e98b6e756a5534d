/**
 * All InfluxQL that the service sends. Measurement names are constants, and every value is a bound parameter,
 * named by its kind and a number. Source: InfluxQL reference, "Data exploration"; InfluxDB HTTP API, "Bind
 * parameters".
 */

/**
 * The mean of all samples in each bucket of each of these instances, or of each of its devices. Buckets
 * without samples are left out. The devices are summed by the service: a subquery for that takes three times
 * as long. Bound are each `$id`; the window's `$start`, `$end` (RFC 3339) and `$step` (a duration); and the
 * `$project`.
 */
export function meanStatement (
  measurement: string, perDevice: boolean, ids: number[], window: number, ofProject = false
) {
  return `SELECT mean("value") AS "usage" FROM "${measurement}" ` +
    `WHERE time >= $start${window} AND time < $end${window} ` +
    `AND ${anyOf(ids)} ` + (ofProject ? `AND "_tenant_id" = $project${window} ` : '') +
    `GROUP BY time($step${window}), "resource_id"${perDevice ? ', "device"' : ''} fill(none)`
}

/**
 * The newest sample of each of these instances since an instant. Bound are each `$id`, `$since` (RFC 3339),
 * and the `$project`.
 */
export function lastStatement (measurement: string, ids: number[], ofProject = false) {
  return `SELECT last("value") FROM "${measurement}" WHERE time >= $since AND ${anyOf(ids)} ` +
    (ofProject ? 'AND "_tenant_id" = $project ' : '') + 'GROUP BY "resource_id"'
}

/** The newest sample of each project's series of an instance. Bound is `$id0`. */
export function instanceProjectsStatement (measurements: string[]) {
  const names = measurements.map((name) => `"${name}"`).join(', ')
  return `SELECT last("value") FROM ${names} WHERE ${anyOf([0])} GROUP BY "_tenant_id"`
}

const anyOf = (ids: number[]) => `(${ids.map((id) => `"resource_id" = $id${id}`).join(' OR ')})`
