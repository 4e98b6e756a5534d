/**
 * The `Link` to the page after the one that was asked for with `url`: the same request with another marker. Relative, because
 * only the caller knows by which name and through which proxies it reaches us. Source: RFC 8288.
 */
export function nextLink (url: string, marker: string) {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  searchParams.set('marker', marker)
  return `<${pathname}?${searchParams}>; rel="next"`
}
