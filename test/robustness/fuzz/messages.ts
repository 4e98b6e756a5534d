import fc from 'fast-check'
import { oddRequest } from './odd-requests.js'
import { text } from './values.js'

const method = fc.oneof(
  { weight: 8, arbitrary: fc.constant('GET') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PRI', 'get', 'FOO', '', 'G\0ET', '__proto__'
    )
  }
)
const target = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '/healthz', '/openapi.json', '/docs/',
      '/v1/openstack/projects/a/cpuUsage?groupBy=1m&defaultTimeRange=10m'
    )
  },
  { weight: 5, arbitrary: oddRequest.map(({ url }) => url) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '*', '', '/ ', '/a b', '//', '//evil.example/healthz', 'http://evil.example/healthz',
      'http://evil.example', 'healthz', '?', '/\xff', '/healthz#a', '/healthz?a#b', '/healthz?%',
      '\\healthz', '/healthz\0'
    )
  },
  { weight: 1, arbitrary: text }
)
const version = fc.oneof(
  { weight: 12, arbitrary: fc.constant('HTTP/1.1') },
  { weight: 1, arbitrary: fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/1', 'HTTP/9.9', 'http/1.1', '') }
)
const host = fc.oneof(
  { weight: 12, arbitrary: fc.constant(['Host: localhost']) },
  {
    weight: 1,
    arbitrary: fc.constantFrom([], ['Host:'], ['Host: localhost', 'Host: b'], ['Host: localhost\0'])
  }
)
const header = fc.oneof(
  fc.constantFrom(
    'Host : c', ' folded', 'no colon', ': no name', 'A\0: b', 'A: \0', 'Content-Length: 5',
    'Content-Length: -1', 'Content-Length: 5, 6', 'Transfer-Encoding: chunked', 'Transfer-Encoding: gzip',
    'Expect: 100-continue', 'Expect: nonsense', 'Upgrade: h2c', 'Connection: upgrade',
    'Content-Type: application/json', 'Accept-Version: 1', 'Range: bytes=9-1'
  ),
  text.map((text) => `X-Text: ${text}`),
  fc.integer({ min: 1, max: 20_000 }).map((length) => `X-Long: ${'a'.repeat(length)}`)
)
const lineEnd = fc.oneof(
  { weight: 12, arbitrary: fc.constant('\r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\n\r', '') }
)
const body = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('{}', 'hello', '5\r\nhello\r\n0\r\n\r\n', '\0') }
)

/** Bytes for a port: requests, and bytes that are almost a request. */
export const message = fc.tuple(method, target, version, host, fc.option(header), lineEnd, body)
  .map(([method, target, version, host, header, lineEnd, body]) => {
    const headers = [...host, ...header === null ? [] : [header]]
    return [`${method} ${target} ${version}`, ...headers, '', body].join(lineEnd)
  })
