/** The names of the series that each route returns. */
export const routes = {
  cpuUsage: ['cpu'],
  memUsage: ['memory'],
  diskRead: ['read'],
  diskWrite: ['write'],
  networkIo: ['in', 'out'],
  networkPackets: ['in', 'out']
}
export type Route = keyof typeof routes

/** Each series as `route name`; the position sets its values. */
export const seriesNames = Object.entries(routes).flatMap(([route, names]) =>
  names.map((name) => `${route} ${name}`))

/**
 * The value of a one-minute bucket. Each series, instance, minute and version has another value. Values have
 * at most two decimals, so that rounding loses nothing.
 * @param minute start of the bucket in unix seconds
 */
export function usageAt (route: Route, name: string, instance: number, minute: number, version: number) {
  const index = seriesNames.indexOf(`${route} ${name}`)
  const isPercentage = index < 2
  return (isPercentage ? 10 : 100) * (index + 1) + 20 * instance + 2 * (minute / 60 % 4) + version / 4
}

/** The usages of two devices, which are unequal. */
export const onTwo = (usage: number): [first: number, second: number] => [usage / 2 + 4, usage / 2 - 4]

/** An instance with samples; its position in a list sets its values. */
export interface MeasuredInstance { instance: string, project: string }

/** Samples of a version: one a minute of every series of these instances. */
export interface Points {
  instances: MeasuredInstance[]
  /** Starts of the minutes, in unix seconds. */
  minutes: number[]
  version: number
}

/** The usages in each minute of each series of each instance, with the series' `route name`. */
export const usagesOf = ({ instances, minutes, version }: Points) =>
  instances.flatMap((one, number) => seriesNames.map((name) => {
    const [route, series] = name.split(' ') as [Route, string]
    const usages = minutes.map((minute) => usageAt(route, series, number, minute, version))
    return { ...one, name, usages }
  }))
