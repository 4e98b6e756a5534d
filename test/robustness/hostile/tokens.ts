/** Tokens that Keystone has not issued. Without authentication the service ignores them. */
export const tokens = [
  ...[
    '', ' ', 'admin', 'null', 'undefined', '0', '*', '../../etc/passwd', '\' OR 1=1', '__proto__',
    'constructor', '%00', '{}', '[]', 'a, b', 'a\tb', '\xff\xfe', '<script>',
    'gAAAAA'.concat('A'.repeat(178)), 'g'.repeat(8_000), '12345678'.repeat(4)
  ].map((token) => [`X-Auth-Token: ${token}`]),
  ['Authorization:'], ['Authorization: Bearer'], ['Authorization: Bearer '],
  ['Authorization: Bearer  a  b'], ['Authorization: bearer admin'],
  ['Authorization: Basic YWRtaW46YWRtaW4='], ['Authorization: Basic ='],
  ['Authorization: Digest username="admin"'], ['Authorization: Negotiate AAAA'],
  ['Authorization: Token admin'], [`Authorization: Bearer ${'a'.repeat(8_000)}`],
  [`Authorization: ${' '.repeat(8_000)}Bearer a`], ['Authorization: AWS4-HMAC-SHA256 Credential=a'],
  ['X-Auth-Token: a', 'X-Auth-Token: b'], ['X-Auth-Token: a', 'Authorization: Bearer b'],
  ['Authorization: Bearer a', 'Authorization: Bearer b'], ['X-Subject-Token: admin'],
  ['X-Service-Token: admin'], ['X_Auth_Token: admin'], ['Cookie: X-Auth-Token=admin'],
  ['Proxy-Authorization: Bearer admin']
]

/** Tokens that are no valid header value: a request with one is malformed. */
export const malformedTokens = [
  ...['a\nb', 'a\rb', 'a\0b', '\0', 'a\r\n b', 'a\x01b', 'a\x7fb', 'a\r\n\tb']
    .map((token) => [`X-Auth-Token: ${token}`]),
  ['X-Auth-Token : admin']
]
