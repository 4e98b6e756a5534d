/**
 * The InfluxQL that is sent, in full: measurement names are our own, and all else is a bound parameter.
 * Source: InfluxQL reference, "Data exploration"; InfluxDB HTTP API, "Bind parameters".
 */

/** Bound by each statement that reads buckets: `$id`, `$start`, `$end` (RFC 3339) and `$step` (a duration). */
const window = '"resource_id" = $id AND time >= $start AND time < $end'

/** The mean of all samples in each bucket; a bucket without any is left out. */
export function meanStatement (measurement: string) {
  return `SELECT mean("value") AS "usage" FROM "${measurement}" WHERE ${window} GROUP BY time($step) fill(none)`
}

/** The mean in each bucket for each device by itself, summed over the devices: a sum of all samples would grow with their rate. */
export function deviceSumStatement (measurement: string) {
  return `SELECT sum("mean") AS "usage" FROM (SELECT mean("value") FROM "${measurement}" WHERE ${window} ` +
    'GROUP BY time($step), "device" fill(none)) WHERE time >= $start AND time < $end GROUP BY time($step) fill(none)'
}

/** The newest sample since `$since` of each of the instances `$id<first>` to `$id<last>`. */
export function lastStatement (measurement: string, first: number, last: number) {
  const ids = Array.from({ length: last - first + 1 }, (_, i) => `"resource_id" = $id${first + i}`)
  return `SELECT last("value") FROM "${measurement}" WHERE time >= $since AND (${ids.join(' OR ')}) GROUP BY "resource_id"`
}
