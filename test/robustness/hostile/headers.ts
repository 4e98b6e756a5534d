/**
 * Headers that must have no effect. A service that trusts them accepts a forged address, host, path, method,
 * version or user.
 */
export const headers = [
  ...[
    '127.0.0.1', '::1', 'unknown', '"[2001:db8::1]:80"', '127.0.0.1, 127.0.0.1', ', , ,', '999.999.999.999',
    '127.0.0.1:80', '\' OR 1=1', 'a'.repeat(8_000), '1,'.repeat(3_000), '__proto__', '%00', '\xff\xfe'
  ].map((value) => `X-Forwarded-For: ${value}`),
  'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: javascript', 'X-Forwarded-Port: 99999',
  'X-Forwarded-Prefix: /evil', 'Forwarded: for=127.0.0.1;host=evil.example;proto=https',
  'X-Real-IP: 127.0.0.1', 'X-Client-IP: 127.0.0.1', 'True-Client-IP: 127.0.0.1',
  'X-Original-URL: /openapi.json', 'X-Rewrite-URL: /openapi.json', 'X-HTTP-Method-Override: DELETE',
  'X-HTTP-Method: DELETE', 'X-Method-Override: DELETE', 'X-Openstack-Request-Id: req-not-yours',
  'X-Request-Id: not-yours', 'X-User-Id: admin', 'X-Project-Id: admin', 'X-Roles: admin',
  'X-Identity-Status: Confirmed', 'X-Service-Token: admin', 'Origin: null', 'Origin: https://evil.example',
  'Origin: https://portal.example.org.evil.example', `Origin: ${'a'.repeat(8_000)}`,
  'Referer: https://evil.example/', 'Access-Control-Request-Method: GET', 'Accept: */*;q=nonsense',
  'Accept: application/xml', `Accept-Encoding: ${'gzip,'.repeat(2_000)}`, 'Accept-Encoding: ;;;',
  'Accept-Encoding: *;q=0', 'Accept-Encoding: br;q=1e999', 'Accept-Encoding: gzip;q=-1',
  'Accept-Version: 1.x', 'Accept-Version: ../', 'Accept-Language: ../../etc/passwd',
  `If-None-Match: ${'W/"'.repeat(2_000)}`, `If-None-Match: ${','.repeat(8_000)}`, 'If-None-Match: "',
  'If-Match: nothing', 'If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT', 'Range: bytes=0-0',
  `Range: bytes=${'0-,'.repeat(2_000)}`, 'Cookie: __proto__=1; constructor=1',
  `Cookie: ${'a=b;'.repeat(2_000)}`, 'Content-Type: __proto__', 'Content-Type: ;',
  'Connection: X-Openstack-Request-Id', 'Keep-Alive: timeout=999999, max=999999', 'TE: trailers, deflate',
  'Trailer: Host', 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA', 'Upgrade: websocket',
  'Via: 9.9 evil', 'Max-Forwards: 0', 'Expect: 100-continue', 'Content-Length: 0', '__proto__: polluted',
  'constructor: polluted', 'hasOwnProperty: polluted', 'toString: polluted', `${'X'.repeat(8_000)}: 1`,
  `X-Long: ${'a'.repeat(12_000)}`, Array.from({ length: 900 }, (_, n) => `h${n}:`).join('\r\n')
]
