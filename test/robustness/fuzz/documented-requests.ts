import fc from 'fast-check'
import { adminInstanceId, adminProjectId, demoInstanceId, demoProjectId } from '#simulator/seed.js'
import { operationsOf } from '#test/support/openapi-contract.js'
import type { Document } from '#test/support/openapi-contract.js'
import { almostValidFor, idIn } from './requests.js'
import type { TestRequest } from './requests.js'
import {
  address, defaultTimeRange, groupBy, id, instances, limit, namePart, nearLimit, oneOf, timeRangeFrom,
  timeRangeTo, usage
} from './values.js'
import type { Values } from './values.js'

/** The values of each parameter, by its name. A route with another parameter needs a row here. */
const valuesOf: Record<string, Values> = {
  instanceId: id('of-no-instance', '0'.repeat(32), adminInstanceId),
  projectId: id(adminProjectId, demoProjectId),
  marker: id(demoInstanceId),
  groupBy,
  defaultTimeRange,
  timeRangeFrom,
  timeRangeTo,
  limit,
  hostname: namePart,
  projectName: namePart,
  instances,
  usage,
  address,
  state: oneOf('ACTIVE', 'ERROR', 'SHUTOFF'),
  sort: oneOf('name', '-name'),
  nearLimit,
  by: oneOf('cpuUsage', 'memoryUsage', 'networkIo'),
  order: oneOf('asc', 'desc')
}

function valuesFor (name: string, path: string) {
  const values = valuesOf[name]
  if (values === undefined) throw new Error(`no values for the parameter ${name} of ${path}`)
  return values
}

/** Requests to each route of the document, with some of its parameters, many of them invalid. */
export function documentedRequest (document: Document): fc.Arbitrary<TestRequest> {
  const operations = operationsOf(document).filter(([path]) => path.startsWith('/v1/'))
  return fc.oneof(...operations.map(([path, { parameters = [] }]) => {
    const [inPath, inQuery] = (['path', 'query'] as const)
      .map((place) => parameters.filter((parameter) => parameter.in === place))
    const ids = fc.tuple(...inPath!.map(({ name }) => idIn(valuesFor(name, path))))
    const filled = ids.map((ids) =>
      inPath!.reduce((url, { name }, i) => url.replace(`{${name}}`, ids[i]!), path))
    const values = inQuery!.map(({ name }) => [name, valuesFor(name, path)] as const)
    const required = inQuery!.filter(({ required }) => required).map(({ name }) => name)
    return almostValidFor(filled, Object.fromEntries(values), required)
  }))
}
