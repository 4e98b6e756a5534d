import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { usages } from '#lib/metrics/usages.js'
import type { Usage } from '#lib/metrics/usages.js'
import { exampleOf, Id, OneOf, RefTo } from './common.js'

const namesOf = ({ series }: Usage) => Object.keys(series)

export const Bucket = Type.Object({
  time: Type.Integer({ description: 'The bucket\'s start, in unix seconds', examples: [1502330400] }),
  usage: Type.Number({ description: 'The usage in the bucket, with 2 decimals', examples: [12.5] })
}, { $id: 'Bucket', description: 'One `groupBy` of a series' })
export type Bucket = Static<typeof Bucket>

export const Series = Type.Object({
  name: OneOf([...new Set(Object.values(usages).flatMap(namesOf))], {
    description: 'What the series measures', examples: ['cpu']
  }),
  metric: Type.Array(RefTo(Bucket), {
    description: 'Ascending by time; buckets without data are left out',
    examples: [[exampleOf(Bucket)]]
  })
}, { $id: 'Series', description: 'A named list of buckets' })
export type Series = Static<typeof Series>

/** An example of a usage's response. */
export const exampleSeries = (usage: Usage) => namesOf(usage).map((name) => ({ ...exampleOf(Series), name }))

export const InstanceParams = Type.Object({
  instanceId: Id('Id of the instance', '929c08d7-b9e1-48c5-a49b-7ab9b10e9f3c')
})

const text = (description: string, example: string) =>
  Type.String({ maxLength: 64, description, examples: [example] })

const instant = 'a duration before now, an RFC 3339 time (its `+` sent as `%2B`), or a unix time in seconds'

export const RangeQuery = Type.Object({
  groupBy: text(
    'Width of a bucket, over which the mean is taken: a duration such as `15s`, `1m` or `1h30m`', '1m'
  ),
  defaultTimeRange: Type.Optional(
    text('The range that ends now: a duration. Either this, or both of the other two', '10m')
  ),
  timeRangeFrom: Type.Optional(text(`One end of the range: ${instant}`, '2h')),
  timeRangeTo: Type.Optional(text(`Its other end, in either order: ${instant}`, '1h'))
}, { additionalProperties: false })
export type RangeQuery = Static<typeof RangeQuery>
