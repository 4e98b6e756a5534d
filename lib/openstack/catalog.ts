import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import { withoutSlashesAtEnd } from '#lib/upstream/path.js'
import { recordReader } from '#lib/upstream/record-reader.js'

export type CatalogService = Exclude<UpstreamName, 'metrics'>
export type Interface = 'public' | 'internal' | 'admin'

/** An endpoint of a service, as far as it is used. */
const Endpoint = Type.Object({
  interface: Type.String(),
  region: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  region_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  url: Type.String()
})
type Endpoint = Static<typeof Endpoint>

/** A token's `catalog`. Source: Identity API v3, "Password authentication with scoped authorization". */
export type Catalog = Array<{ type: string, endpoints: Endpoint[] }>

const readService = recordReader(Type.Object({
  type: Type.String(), endpoints: Type.Array(Type.Unknown())
}))
const endpoint = TypeCompiler.Compile(Endpoint)

interface CatalogEntry {
  /** Service types in the catalog, the preferred one first. */
  types: string[]
  /** The API version that the service speaks, as it is in URLs. */
  version: string
  /** Whether a project follows the version in the URL. Cinder before microversion 3.67 requires it. */
  project: 'never' | 'optional' | 'required'
}

/**
 * Source: OpenStack service types authority, with its aliases; clouds from 2026 on have `block-storage` and
 * no `volumev3`. A `volume` is version 1, 2 or 3.
 */
const services: Record<CatalogService, CatalogEntry> = {
  identity: { types: ['identity'], version: 'v3', project: 'never' },
  compute: { types: ['compute'], version: 'v2.1', project: 'optional' },
  network: { types: ['network'], version: 'v2.0', project: 'never' },
  'block-storage': {
    types: ['block-storage', 'block-store', 'volumev3', 'volume', 'volumev2'],
    version: 'v3',
    project: 'required'
  }
}

const usedTypes = new Set(Object.values(services).flatMap(({ types }) => types))

/**
 * The part of a catalog that is used and readable. A catalog has ten times as many services, and each token
 * carries one. An odd service or endpoint costs no other one.
 */
export const readCatalog = (catalog: unknown[]): Catalog =>
  catalog.map(readService).flatMap(({ type, endpoints }) => type === null || !usedTypes.has(type)
    ? []
    : {
        type,
        endpoints: (endpoints ?? []).filter((one): one is Endpoint => endpoint.Check(one))
          .map(({ interface: kind, region, region_id: id, url }) =>
            ({ interface: kind, region, region_id: id, url }))
      })

export interface EndpointChoice {
  /** Keystone's URL, at which the login was. */
  authUrl: string
  region?: string
  interface: Interface
}

/** The region of endpoints that belong to none in particular. */
const everyRegion = '*'

/**
 * The URL of a service, with the version that the service speaks and without a slash at its end. Of several
 * endpoints in the region, the one with that version is preferred, then one without a version. Identity is
 * where the login was, unless the catalog lists it in the region.
 * @param project the token's project
 * @throws UpstreamError `absent` where the catalog has none for the region and interface, or has several
 * regions and the cloud's configuration chooses none; `invalid` where it is no URL
 */
export function findEndpoint (
  catalog: Catalog, service: CatalogService, choice: EndpointChoice, project: string
) {
  const { types, version: spoken } = services[service]
  const { region: wanted, interface: kind } = choice
  const endpoints = types
    .flatMap((type) => catalog.filter((entry) => entry.type === type))
    .flatMap((entry) => entry.endpoints)
    .filter((endpoint) => endpoint.interface === kind)
    .map(({ url, region_id: id, region: name }) => ({ url, region: id || name || everyRegion }))
  const named = endpoints.filter(({ region }) => region !== everyRegion)
  const regions = [...new Set(named.map(({ region }) => region))].sort()
  const [region = everyRegion, ...others] = wanted === undefined ? regions : [wanted]
  const inRegion = named.filter((endpoint) => endpoint.region === region)
  const regionless = endpoints.filter((endpoint) => !named.includes(endpoint))

  if (service === 'identity' && (others.length > 0 || inRegion.length === 0)) {
    return withVersion(choice.authUrl, service)
  }
  if (others.length > 0) {
    const choices = regions.join(', ')
    throw new UpstreamError(
      service, 'absent', `is in several regions: set OS_REGION_NAME to one of ${choices}`
    )
  }
  const rank = ({ url }: { url: string }) => preference.indexOf(versionKind(url, spoken, project))
  const [found] = (inRegion.length > 0 ? inRegion : regionless).toSorted((a, b) => rank(a) - rank(b))
  if (found === undefined) {
    const place = wanted === undefined ? '' : ` in ${wanted}`
    throw new UpstreamError(service, 'absent', `the catalog has no ${kind} endpoint of it${place}`)
  }
  return withVersion(found.url, service, project)
}

const preference = ['spoken', 'none', 'other', 'not a URL']

function versionKind (url: string, spoken: string, project: string) {
  const parts = splitUrl(url, project)
  if (parts === undefined) return 'not a URL'
  return parts.version === undefined ? 'none' : parts.version === spoken ? 'spoken' : 'other'
}

/**
 * A service's URL with the version that the service speaks, whether it has none, that one or another one:
 * catalogs and settings have each of them. A service has its versions side by side, so that no request is
 * needed. Source: keystoneauth, "Catalog and Discovery".
 * @param project the token's project, which the URL may have after the version
 * @throws UpstreamError `invalid` where it is no URL
 */
export function withVersion (url: string, service: CatalogService, project?: string) {
  const parts = splitUrl(url, project)
  if (parts === undefined) throw new UpstreamError(service, 'invalid', 'its endpoint is not a URL')
  const { version, project: takes } = services[service]
  const missing = takes === 'required' && project !== undefined ? `/${project}` : ''
  return `${parts.root}/${version}${takes === 'never' ? '' : parts.rest || missing}`
}

/** The URL of a service's version document: its endpoint, as `withVersion` returns it, up to the version. */
export function versionDocumentUrl (endpoint: string) {
  const { origin, pathname } = new URL(endpoint)
  const parts = pathname.split('/')
  const end = parts.findLastIndex((part) => /^v[0-9.]+$/.test(part)) + 1
  return `${origin}${parts.slice(0, end).join('/')}/`
}

/** A version at the end of a path, or before a project, or before the path of Keystone's logins. */
const versionInPath = /\/(v[0-9][0-9.]*)(\/[^/]+|\/auth\/tokens)?$/
const afterVersion = /^\/(?:(?:auth\/)?tokens|[0-9a-f]{32})$/

/**
 * The parts of a service's URL: its path up to the version, the version, and the path after that. The version
 * of a gateway, as in `/v1/compute`, is none of the service's.
 * @returns `undefined` where it is no URL of HTTP
 */
function splitUrl (url: string, project?: string) {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return undefined
  const { origin, pathname } = new URL(url)
  const path = withoutSlashesAtEnd(pathname)
  const found = versionInPath.exec(path)
  const rest = found?.[2] ?? ''
  return found !== null && (rest === '' || rest === `/${project}` || afterVersion.test(rest))
    ? { root: origin + path.slice(0, found.index), version: found[1], rest }
    : { root: origin + path, version: undefined, rest: '' }
}
