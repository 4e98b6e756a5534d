/**
 * The InfluxQL that is sent, in full: measurement names are our own, and all else is a bound parameter, named by its kind and a number.
 * Source: InfluxQL reference, "Data exploration"; InfluxDB HTTP API, "Bind parameters".
 */

/**
 * The mean of all samples in each bucket of each of these instances, or of each of its devices; a bucket without any is left out.
 * The devices are not summed here: a subquery for that takes three times as long.
 * Bound are each `$id`; and `$start`, `$end` (RFC 3339) and `$step` (a duration) of the window, and the `$project` that the samples must be of.
 */
export function meanStatement (measurement: string, perDevice: boolean, ids: number[], window: number, ofProject = false) {
  return `SELECT mean("value") AS "usage" FROM "${measurement}" WHERE time >= $start${window} AND time < $end${window} AND ${amongst(ids)} ` +
    (ofProject ? `AND "_tenant_id" = $project${window} ` : '') +
    `GROUP BY time($step${window}), "resource_id"${perDevice ? ', "device"' : ''} fill(none)`
}

/**
 * The newest sample of each of these instances since an instant. Bound are each `$id`, `$since` (RFC 3339), and the `$project` that it
 * must be of.
 */
export function lastStatement (measurement: string, ids: number[], ofProject = false) {
  return `SELECT last("value") FROM "${measurement}" WHERE time >= $since AND ${amongst(ids)} ` +
    (ofProject ? 'AND "_tenant_id" = $project ' : '') + 'GROUP BY "resource_id"'
}

/** The newest sample in the series that each project has of an instance. Bound is `$id0`. */
export function ownersStatement (measurements: string[]) {
  return `SELECT last("value") FROM ${measurements.map((name) => `"${name}"`).join(', ')} WHERE ${amongst([0])} GROUP BY "_tenant_id"`
}

const amongst = (ids: number[]) => `(${ids.map((id) => `"resource_id" = $id${id}`).join(' OR ')})`
