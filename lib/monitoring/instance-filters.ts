import { InvalidParameters, quote } from '#lib/errors.js'
import { canonicalAddress } from '#lib/openstack/addresses.js'

/**
 * The filters of a list of instances, with the address in its canonical spelling.
 * @throws InvalidParameters
 */
export function parseFilters<Query extends { address?: string }> (query: Query): Query {
  if (query.address === undefined) return query
  const address = canonicalAddress(query.address)
  if (address !== undefined) return { ...query, address }
  throw new InvalidParameters([{
    parameter: 'address', message: `${quote(query.address)} is not a complete IP address`
  }])
}
