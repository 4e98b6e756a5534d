import fc from 'fast-check'
import { text } from './values.js'

const values: Record<string, string[]> = {
  accept: ['*/*', 'text/html', 'application/xml;q=0.9', 'application/json; charset=utf-16', ';;;', ''],
  'accept-encoding': ['gzip, br', 'identity;q=0', '*;q=0'],
  'accept-version': ['1.x', '*', '../'],
  authorization: ['Basic Og==', 'Bearer x', ''],
  connection: ['close', 'upgrade', 'x-openstack-request-id'],
  'content-length': ['0', '5', '-1', '99999999999999', '0x10', 'a'],
  'content-type': [
    'application/json', 'application/json; charset=x', 'text/plain', 'application/problem+json',
    'multipart/form-data', 'a/b/c', ';', '__proto__'
  ],
  cookie: ['a=b', '=', '__proto__=1'],
  expect: ['100-continue', 'nonsense'],
  host: ['', 'evil.example', '[::1', 'a:b:c', '127.0.0.1:99999'],
  'if-modified-since': ['Thu, 01 Jan 2099 00:00:00 GMT', 'now'],
  'if-none-match': ['*', 'W/"1"'],
  origin: ['null', 'http://evil.example'],
  range: ['bytes=0-1', 'bytes=5-1', 'bytes=999999999-', 'lines=1'],
  'transfer-encoding': ['chunked', 'identity', 'gzip, chunked'],
  upgrade: ['websocket', 'h2c'],
  'x-auth-token': ['admin', '\'"'],
  'x-forwarded-for': ['127.0.0.1', ', ,'],
  'x-forwarded-host': ['evil.example'],
  'x-http-method-override': ['DELETE'],
  'x-openstack-request-id': ['req-not-yours'],
  'x-request-id': ['not-yours']
}

const header = fc.constantFrom(...Object.entries(values)).chain(([name, values]) => {
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: text }
  )
  return value.map((value): [string, string] => [name, value])
})

/** Headers that no request needs. */
export const requestHeaders = fc.array(header, { minLength: 1, maxLength: 4 })
  .map((headers) => Object.fromEntries(headers))

/** Bodies of requests that need none. */
export const payload = fc.constantFrom(
  undefined, '', '{}', '{"a":', '{"__proto__":{"a":1}}', '[', 'null', '\0', 'a=b', 'a'.repeat(2_000),
  'a'.repeat(1_100_000)
)
