/**
 * The statements that the service sends, with a $name for each literal. This one returns the latest values of
 * the instances with these names.
 */
export const last = (measurement: string, names: string[]) =>
  `SELECT last("value") FROM "${measurement}" WHERE time >= $start AND time < $end ` +
  `AND ${anyOf(names)} GROUP BY "resource_id"`

/** Returns the mean of each bucket, per instance. */
export const mean = (measurement: string, names = ['id']) => means(measurement, names, '"resource_id"')

/** Returns the mean of each bucket of the instance `$id`, if it belongs to `$project`. */
export const meanOfProject = (measurement: string) =>
  mean(measurement).replace(' GROUP', ' AND "_tenant_id" = $project GROUP')

/** Returns the latest value per project in these measurements of the instance `$id`. */
export const instanceProjects = (...measurements: string[]) =>
  `SELECT last("value") FROM ${measurements.map((name) => `"${name}"`).join(', ')} WHERE ${anyOf([
    'id'
  ])} GROUP BY "_tenant_id"`

/** Returns the mean of each bucket, per device and instance. */
export const meanOfDevices = (measurement: string, names = ['id']) =>
  means(measurement, names, '"resource_id", "device"')

const means = (measurement: string, names: string[], tags: string) =>
  `SELECT mean("value") AS "usage" FROM "${measurement}" WHERE time >= $start AND time < $end AND ${anyOf(
    names
  )} ` +
  `GROUP BY time($step), ${tags} fill(none)`

const anyOf = (names: string[]) => `(${names.map((name) => `"resource_id" = $${name}`).join(' OR ')})`

export const cpu = 'cpu.utilization_norm_perc'
