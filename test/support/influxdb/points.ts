/** The time that tests count from: all of their times are in seconds after it. */
export const noon = Date.UTC(2026, 0, 15, 12)

/** One value that an agent measured, and its time. */
export type Sample = [seconds: number, value: number]

/** A series of Monasca: one metric of one instance or, where it has several devices, of one of them. */
export interface Series {
  instance: string
  metric: string
  samples: Sample[]
  /** The instance's project; the same one for all unless given. */
  project?: string
  device?: string
  tags?: Record<string, string>
}

const defaultProject = '3f9b2c64d1e84a0ea7c05d8e1b6f7a90'
const operators = '00aa11bb22cc33dd44ee55ff66778899'
const host = { _tenant_id: operators, hostname: 'compute-01', service: 'monitoring' }

/**
 * The lines of a series, and of others that must never be mistaken for it: the operators' `vm.` twin,
 * instances with ids that only begin or end like this one or differ in case, and a host of the cloud, which
 * sends metrics of the same names.
 */
export function lines (...all: Series[]): string[] {
  return all.flatMap(series => {
    const { instance, metric, project = defaultProject } = series
    const others = [
      `${instance}0`, `0${instance}`, instance.slice(0, -1), instance.slice(1), instance.toUpperCase()
    ]
    return [
      ...only(series),
      ...only({ ...series, metric: `vm.${metric}`, tags: { _tenant_id: operators, tenant_id: project } }, 7),
      ...others.filter(id => id !== instance).flatMap(id => only({ ...series, instance: id }, 1_000)),
      ...only({ ...series, instance: '', tags: host }, 50_000)
    ]
  })
}

/** The lines of a series alone. @param shift added to each value */
export function only (
  { instance, metric, samples, project = defaultProject, device, tags }: Series, shift = 0
): string[] {
  const set = {
    _region: 'RegionOne',
    _tenant_id: project,
    component: 'vm',
    device,
    hostname: 'web-1',
    port_id: metric.includes('net.') ? `port-${device}` : undefined,
    resource_id: instance,
    service: 'compute',
    zone: 'nova',
    ...tags
  }
  const present = Object.entries(set).filter(([, value]) => value)
  const key = [metric, ...present.map(([name, value]) => `${name}=${value}`)].join(',')
  return samples.map(([seconds, value]) =>
    `${key} value=${value + shift},value_meta="{}" ${noon + seconds * 1000}`)
}

/** A sample each `step` seconds in [from, to), all with the same value. */
export function steady (from: number, to: number, step: number, value: number): Sample[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => [from + i * step, value])
}
