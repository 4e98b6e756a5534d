import type { Profile, Source } from '#lib/metrics/profile.js'
import type { SampledSeries } from '#lib/metrics/samples.js'
import { instancesPattern } from './selectors.js'

type Labels = SampledSeries['labels']

/** The instance that a series belongs to; `undefined` where it is none of those that were asked for. */
export type OwnerOf = (labels: Labels) => string | undefined

/** The instance by the label of the series itself. */
export function ownersByLabel ({ instance }: Profile, sources: Source[], ids: string[]): OwnerOf {
  const patterns = new Map(sources.map((source) =>
    [source.name, new RegExp(`^(?:${instancesPattern([source], ids)})$`)]))
  return ({ __name__: name = '', [instance]: value }) =>
    value === undefined ? undefined : patterns.get(name)?.exec(value)?.[1]
}

/**
 * The instance by the info series that a series agrees with, on each label that both have. The domain's name
 * alone does not identify it: another instance of another cell may have the same one. A series that agrees
 * with several instances belongs to none.
 */
export function ownersByInfo ({ instance, domain = instance }: Profile, infos: Labels[]): OwnerOf {
  const byDomain = new Map<string | undefined, Labels[]>()
  for (const info of infos) byDomain.set(info[domain], [...byDomain.get(info[domain]) ?? [], info])
  return (labels) => {
    const agreeing = byDomain.get(labels[domain])?.filter((info) => agree(info, labels)) ?? []
    const owners = new Set(agreeing.map((info) => info[instance]))
    return owners.size === 1 ? agreeing[0]![instance] : undefined
  }
}

const agree = (info: Labels, labels: Labels) => Object.entries(info).every(
  ([name, value]) => name === '__name__' || labels[name] === undefined || labels[name] === value
)
