/** The forms that the service sends, for a measurement: the newest values of instances bound to these names. */
export const last = (measurement: string, names: string[]) =>
  `SELECT last("value") FROM "${measurement}" WHERE time >= $since AND ${anyOf(names)} GROUP BY "resource_id"`

/** The mean in each bucket of each instance. */
export const mean = (measurement: string, names = ['id']) => means(measurement, names, '"resource_id"')

/** The mean in each bucket of the instance bound to `id`, where it is the project's that is bound to `project`. */
export const meanOfProject = (measurement: string) => mean(measurement).replace(' GROUP', ' AND "_tenant_id" = $project GROUP')

/** The newest value of each project in these measurements of the instance that is bound to `id`. */
export const instanceProjects = (...measurements: string[]) =>
  `SELECT last("value") FROM ${measurements.map((name) => `"${name}"`).join(', ')} WHERE ${anyOf(['id'])} GROUP BY "_tenant_id"`

/** The mean in each bucket of each device of each instance. */
export const meanOfDevices = (measurement: string, names = ['id']) => means(measurement, names, '"resource_id", "device"')

const means = (measurement: string, names: string[], tags: string) =>
  `SELECT mean("value") AS "usage" FROM "${measurement}" WHERE time >= $start AND time < $end AND ${anyOf(names)} ` +
  `GROUP BY time($step), ${tags} fill(none)`

const anyOf = (names: string[]) => `(${names.map((name) => `"resource_id" = $${name}`).join(' OR ')})`

export const cpu = 'cpu.utilization_norm_perc'
