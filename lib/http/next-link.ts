/**
 * The `Link` to the page after the requested one: the same URL with another marker. It is relative, because
 * only the client knows the service's name and the proxies in front of it. Source: RFC 8288.
 */
export function nextLink (url: string, marker: string) {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  searchParams.set('marker', marker)
  return `<${pathname}?${searchParams}>; rel="next"`
}
