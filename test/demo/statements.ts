/** The three forms that the service sends, for a measurement: the newest values of instances bound to these names. */
export const last = (measurement: string, names: string[]) =>
  `SELECT last("value") FROM "${measurement}" WHERE time >= $since AND ` +
  `(${names.map((name) => `"resource_id" = $${name}`).join(' OR ')}) GROUP BY "resource_id"`

const range = '"resource_id" = $id AND time >= $start AND time < $end'

/** The mean in each bucket. */
export const mean = (measurement: string) =>
  `SELECT mean("value") AS "usage" FROM "${measurement}" WHERE ${range} GROUP BY time($step) fill(none)`

/** The devices' means in each bucket, summed. */
export const sum = (measurement: string) =>
  `SELECT sum("mean") AS "usage" FROM (SELECT mean("value") FROM "${measurement}" WHERE ${range} ` +
  'GROUP BY time($step), "device" fill(none)) WHERE time >= $start AND time < $end GROUP BY time($step) fill(none)'

export const cpu = 'cpu.utilization_norm_perc'
