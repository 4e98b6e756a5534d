import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { usages } from '#lib/metrics/usages.js'
import type { Usage } from '#lib/metrics/usages.js'
import { exampleOf, Nullable, OneOf, RefTo } from './common.js'
import { RangeQuery, Series } from './series.js'

const names = Object.keys(usages)
const listed = names.map((name) => `\`${name}\``).join(', ')
const units = [...new Set(Object.values(usages).map(({ unit }) => unit))]

export const ValueSeries = Type.Object({
  name: Series.properties.name,
  values: Type.Array(Nullable(Type.Number()), {
    description: 'The usage in each bucket, with 2 decimals; null without data', examples: [[12.5, null]]
  })
}, { $id: 'ValueSeries', description: 'A named list of values, one a bucket' })

export const UsageSeries = Type.Object({
  usage: OneOf(names, { description: 'The usage, by the name of its own route', examples: ['cpuUsage'] }),
  unit: OneOf(units, { description: 'The unit of all values', examples: ['%'] }),
  series: Type.Array(RefTo(ValueSeries), {
    description: 'The series of that route', examples: [[exampleOf(ValueSeries)]]
  })
}, { $id: 'UsageSeries', description: 'The series of one usage' })
export type UsageSeries = Static<typeof UsageSeries>

const usageSeries = Type.Array(RefTo(UsageSeries), {
  description: 'In the order in which they were asked for', examples: [[exampleOf(UsageSeries)]]
})

const buckets = {
  start: Type.Integer({ description: 'The first bucket\'s start, in unix seconds', examples: [1502330400] }),
  step: Type.Integer({ minimum: 1, description: 'Seconds of a bucket', examples: [60] }),
  count: Type.Integer({
    minimum: 1, description: 'Number of buckets: bucket i starts at `start + i * step`', examples: [2]
  })
}

export const InstanceUsages = Type.Object({ ...buckets, usages: usageSeries }, {
  $id: 'InstanceUsages', description: 'Series of an instance, all of the same buckets'
})
export type InstanceUsages = Static<typeof InstanceUsages>

export const UsagesOfInstance = Type.Object({
  instance_id: Type.String({
    description: 'The instance\'s id', examples: ['c5e1012f-9455-47ff-bbb7-1cff5e1f9894']
  }),
  usages: usageSeries
}, { $id: 'UsagesOfInstance', description: 'Series of one of several instances' })

export const ProjectUsages = Type.Object({
  ...buckets,
  projectId: Type.String({
    description: 'The requested project', examples: ['da9572dd8c0a4857aa12d9c4cbb76306']
  }),
  instances: Type.Array(RefTo(UsagesOfInstance), {
    description: 'In the order in which they were asked for', examples: [[exampleOf(UsagesOfInstance)]]
  })
}, { $id: 'ProjectUsages', description: 'Series of several instances, all of the same buckets' })
export type ProjectUsages = Static<typeof ProjectUsages>

const usageList = (suffix: string, example: string) =>
  Type.String({ description: `Usages, comma-separated: ${listed}${suffix}`, examples: [example] })

export const UsagesQuery = Type.Object({
  usage: Type.Optional(usageList('; all of them unless given', 'cpuUsage,networkIo')),
  ...RangeQuery.properties
}, { additionalProperties: false })

export const ProjectUsagesQuery = Type.Object({
  instances: Type.String({
    description: 'Ids of 1 to 100 instances, comma-separated, none of them twice',
    examples: ['c5e1012f-9455-47ff-bbb7-1cff5e1f9894']
  }),
  usage: usageList('', 'cpuUsage,memUsage'),
  ...RangeQuery.properties
}, { additionalProperties: false })

/** An example of the series of usages. */
export const exampleUsages = (...wanted: Array<keyof typeof usages>) => wanted.map((name) => {
  const { unit, series }: Usage = usages[name]
  return {
    usage: name, unit, series: Object.keys(series).map((name) => ({ ...exampleOf(ValueSeries), name }))
  }
})
