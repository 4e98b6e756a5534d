import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'

export type CatalogService = Exclude<UpstreamName, 'metrics'>
export type Interface = 'public' | 'internal' | 'admin'

/** A token's `catalog`. Source: Identity API v3, "Password authentication with scoped authorization". */
export const Catalog = Type.Array(Type.Object({
  type: Type.String(),
  endpoints: Type.Array(Type.Object({
    interface: Type.String(),
    region: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    region_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    url: Type.String()
  }))
}))
export type Catalog = Static<typeof Catalog>

/**
 * The service types of each upstream, the preferred one first, and the API version that the service speaks.
 * Source: OpenStack service types authority; clouds from 2026 on have `block-storage` and no `volumev3`.
 */
const services: Record<CatalogService, { types: string[], version: string }> = {
  identity: { types: ['identity'], version: 'v3' },
  compute: { types: ['compute'], version: 'v2.1' },
  network: { types: ['network'], version: 'v2.0' },
  'block-storage': { types: ['block-storage', 'volumev3', 'volume'], version: 'v3' }
}

export interface EndpointChoice {
  region?: string
  interface: Interface
}

/**
 * The URL of a service, with its version and without a slash at its end.
 * @throws UpstreamError `absent` where the catalog has none for the region and interface, or has several
 * regions and the cloud's configuration chooses none
 */
export function findEndpoint (
  catalog: Catalog, service: CatalogService, { region, interface: wanted }: EndpointChoice
) {
  for (const type of services[service].types) {
    const endpoints = catalog
      .filter((entry) => entry.type === type)
      .flatMap((entry) => entry.endpoints)
      .filter((endpoint) => endpoint.interface === wanted)
      .map(({ url, region_id: id, region: name }) => ({ url, region: id ?? name }))
    const regions = [...new Set(endpoints.map((endpoint) => endpoint.region))]
    if (region === undefined && regions.length > 1) {
      const choices = regions.sort().join(', ')
      throw new UpstreamError(
        service, 'absent', `is in several regions: set OS_REGION_NAME to one of ${choices}`
      )
    }
    const found = endpoints.find((endpoint) => region === undefined || endpoint.region === region)
    if (found !== undefined) return withVersion(found.url, service)
  }
  const place = region === undefined ? '' : ` in ${region}`
  throw new UpstreamError(service, 'absent', `the catalog has no ${wanted} endpoint of it${place}`)
}

/**
 * A service's URL with the version that the service speaks, unless it has one: catalogs have Neutron's
 * without, and Nova's and Cinder's in both forms.
 * @throws UpstreamError `invalid` where it is no URL
 */
export function withVersion (url: string, service: CatalogService) {
  if (!URL.canParse(url)) throw new UpstreamError(service, 'invalid', 'its endpoint is not a URL')
  const { origin, pathname } = new URL(url)
  const path = pathname.replace(/(?<!\/)\/+$/, '')
  return versionInPath.test(path) ? origin + path : `${origin}${path}/${services[service].version}`
}

/** The URL of a service's version document: its endpoint up to the version. */
export function versionDocumentUrl (endpoint: string) {
  const { origin, pathname } = new URL(endpoint)
  const { index, 0: version } = versionInPath.exec(pathname)!
  return `${origin}${pathname.slice(0, index)}${version}/`
}

const versionInPath = /\/v[0-9][0-9.]*(?=\/|$)/
