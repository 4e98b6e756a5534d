import { unescape } from 'node:querystring'

/**
 * A request's URL with the path as routes spell it: without an origin, doubled slashes and a slash at the
 * end. Clients that join a base URL and a path send all of these. Routes, access rules, cache keys and links
 * see the result alone. Source: RFC 9112, 3.2 (request target).
 */
export function canonicalUrl (url: string) {
  const [path, query] = splitUrl(url)
  const plain = path.replace(/^https?:\/\/[^/]*/i, '').replaceAll(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
  return (plain || '/') + query
}

/**
 * A URL without some of its query parameters, and without the empty ones that have no name either (`&&`).
 * @param names of parameters, decoded
 */
export function withoutParameters (url: string, names: string[]) {
  const [path, query] = splitUrl(url)
  const pairs = query.slice(1).split('&')
    .filter((pair) => pair !== '' && !names.includes(unescape(pair.split('=', 1)[0]!)))
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}

/** The path of a URL, and the rest of it, which begins with `?` or is empty. */
function splitUrl (url: string): [path: string, query: string] {
  const end = url.indexOf('?')
  return end === -1 ? [url, ''] : [url.slice(0, end), url.slice(end)]
}
