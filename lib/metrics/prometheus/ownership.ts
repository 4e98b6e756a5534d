import type { InstancePlace, Profile, Source } from '#lib/metrics/profile.js'
import { groupBy } from '#lib/metrics/samples.js'
import type { SampledSeries } from '#lib/metrics/samples.js'

type Labels = SampledSeries['labels']

/** The instance that a series belongs to; `undefined` where it is none of those that were asked for. */
export type OwnerOf = (labels: Labels) => string | undefined

/** The one of some ids that a label has at a place. Ids go into no regular expression. */
const idIn: Record<InstancePlace, (label: string, ids: Set<string>) => string | undefined> = {
  whole: (label, ids) => ids.has(label) ? label : undefined,
  first (label, ids) {
    const parts = label.split('-')
    const device = parts.pop()
    const id = parts.join('-')
    return device !== '' && ids.has(id) ? id : undefined
  },
  inner: (label, ids) => [...ids].find((id) => {
    const end = label.indexOf(`-${id}-`, 1) + id.length + 2
    return end > id.length + 2 && end < label.length
  })
}

const instanceId = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/

/** The instance in a label of a source's series, whichever it is. */
export function ownerInLabel (label: string, { instance = 'whole' }: Source) {
  const id = instanceId.exec(label)?.[0]
  return id && idIn[instance](label, new Set([id]))
}

/** The instance by the label of the series itself. */
export function ownersByLabel (
  { instance: label }: Profile, sources: Source[], instances: string[]
): OwnerOf {
  const ids = new Set(instances)
  const places = new Map(sources.map(({ name, instance = 'whole' }) => [name, instance]))
  return ({ __name__: name = '', [label]: value }) => {
    const place = places.get(name)
    return place === undefined || value === undefined ? undefined : idIn[place](value, ids)
  }
}

/**
 * The instance by the info series that a series agrees with, on each label that both have. The domain's name
 * alone does not identify it: another instance of another cell may have the same one. A series that agrees
 * with several instances belongs to none.
 */
export function ownersByInfo ({ instance, domain = instance }: Profile, infos: Labels[]): OwnerOf {
  const byDomain = new Map(groupBy(infos, (info) => info[domain]))
  return (labels) => {
    const agreeing = byDomain.get(labels[domain])?.filter((info) => agree(info, labels)) ?? []
    const owners = new Set(agreeing.map((info) => info[instance]))
    return owners.size === 1 ? agreeing[0]![instance] : undefined
  }
}

const agree = (info: Labels, labels: Labels) => Object.entries(info).every(
  ([name, value]) => name === '__name__' || labels[name] === undefined || labels[name] === value
)
