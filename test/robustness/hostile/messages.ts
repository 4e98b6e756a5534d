/** Bytes that are almost a request, or that some parsers read as several requests. */
export interface Message {
  name: string
  bytes: string
  /** The allowed statuses. Without any, the server must close the connection without a response. */
  statuses: number[]
  /** Whether the client then ends its side, since the message is incomplete. */
  end?: boolean
}

const text = (...lines: string[]) => lines.join('\r\n')
const get = (...headers: string[]) => text('GET /healthz HTTP/1.1', 'Host: localhost', ...headers, '', '')
const getWithBody = (headers: string[], body: string) =>
  text('GET /healthz HTTP/1.1', 'Host: localhost', ...headers, '', body)
const post = (headers: string[], body: string) =>
  text('POST /healthz HTTP/1.1', 'Host: localhost', ...headers, '', body)
const postChunked = (body: string) => post(['Transfer-Encoding: chunked'], body)
/** The request that an attacker hides behind another client's request. */
const hidden = text('GET /openapi.json HTTP/1.1', 'Host: localhost', 'Connection: close', '', '')
const chunked = `0\r\n\r\n${hidden}`
const summary = '/v1/openstack/projects/summary'
const requestLine = (line: string) => text(line, 'Host: localhost', 'Connection: close', '', '')

const named = (
  statuses: number[],
  messages: Record<string, string>,
  options: Partial<Message> = {}
): Message[] =>
  Object.entries(messages).map(([name, bytes]) => ({ name, bytes, statuses, ...options }))

/**
 * Requests whose length the service and a proxy in front of it may read differently.
 * Source: RFC 9112, 6.1, 6.3 and 11.2.
 */
export const smuggling = named([400], {
  'Content-Length and chunked': post(['Content-Length: 4', 'Transfer-Encoding: chunked'], chunked),
  'chunked and Content-Length': post(['Transfer-Encoding: chunked', 'Content-Length: 4'], chunked),
  'two Content-Lengths': post(['Content-Length: 0', 'Content-Length: 4'], `aaaa${hidden}`),
  'two lengths in one header': post(['Content-Length: 0, 4'], `aaaa${hidden}`),
  'the same Content-Length twice': post(['Content-Length: 4', 'Content-Length: 4'], `aaaa${hidden}`),
  'length with a plus sign': post(['Content-Length: +4'], `aaaa${hidden}`),
  'negative length': post(['Content-Length: -1'], hidden),
  'hexadecimal length': post(['Content-Length: 0x4'], `aaaa${hidden}`),
  'length as a word': post(['Content-Length: four'], `aaaa${hidden}`),
  'decimal length': post(['Content-Length: 4.0'], `aaaa${hidden}`),
  'length above the integer range': post(['Content-Length: 99999999999999999999'], hidden),
  'length with a space in it': post(['Content-Length: 0 4'], `aaaa${hidden}`),
  'empty length': post(['Content-Length:'], hidden),
  'space after Content-Length': post(['Content-Length : 4'], `aaaa${hidden}`),
  'space after Transfer-Encoding': post(['Transfer-Encoding : chunked'], chunked),
  'tab before chunked': post(['Transfer-Encoding:\tchunked', 'Content-Length: 4'], chunked),
  'chunked on a folded line': post(['Transfer-Encoding:', ' chunked'], chunked),
  'length on a folded line': post(['Content-Length:', ' 4'], `aaaa${hidden}`),
  'unknown transfer encoding': post(['Transfer-Encoding: xchunked'], chunked),
  'chunked is not the last encoding': post(['Transfer-Encoding: chunked, identity'], chunked),
  'chunked is not the last encoding, two headers':
    post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunked),
  'quoted chunked': post(['Transfer-Encoding: "chunked"'], chunked),
  'chunked with a parameter': post(['Transfer-Encoding: chunked;a=b'], chunked),
  'vertical tab before chunked': post(['Transfer-Encoding: \x0bchunked'], chunked),
  'control character after chunked': post(['Transfer-Encoding: chunked\x01'], chunked),
  'NUL after chunked': post(['Transfer-Encoding: chunked\0'], chunked),
  'Transfer-Encoding after a bare line feed': post(['X: y\nTransfer-Encoding: chunked'], chunked),
  'Transfer-Encoding after a bare carriage return': post(['X: y\rTransfer-Encoding: chunked'], chunked),
  'identity encoding': post(['Transfer-Encoding: identity'], hidden),
  'Content-Length in a header without a name': post([': Content-Length: 4'], `aaaa${hidden}`),
  'folded line before the first header': text('GET /healthz HTTP/1.1', ' Host: localhost', 'Host: b', '', ''),
  'chunk without a size': postChunked(`\r\n${chunked}`),
  'Content-Length in the trailer': postChunked(`0\r\nContent-Length: 5\r\n\r\n${hidden}`),
  'chunk size with 0x': postChunked(`0x5\r\nhello\r\n${chunked}`),
  'negative chunk size': postChunked(`-1\r\n${chunked}`),
  'chunk size above the integer range': postChunked(`ffffffffffffffffff\r\n${chunked}`),
  'bare line feed after the chunk size': postChunked(`5\nhello\r\n${chunked}`),
  'bare line feed after a chunk extension': postChunked(`5;a\nhello\r\n${chunked}`),
  'chunk extension of 20 kB': postChunked(`5;${'a'.repeat(20_000)}\r\nhello\r\n${chunked}`)
})

/** Requests with one possible length. Each gets one response; bytes after the body get none. */
export const withBody = [
  ...named([200], {
    'body with a length': getWithBody(['Content-Length: 5'], `hello${hidden}`),
    'chunked body': getWithBody(['Transfer-Encoding: chunked'], `5\r\nhello\r\n${chunked}`),
    'body that looks like a request': getWithBody([`Content-Length: ${hidden.length}`], hidden),
    'body with Expect: 100-continue':
      getWithBody(['Expect: 100-continue', `Content-Length: ${hidden.length}`], hidden)
  }),
  ...named([405], {
    'invalid JSON body': post(['Content-Type: application/json', 'Content-Length: 1'], `{${hidden}`),
    'body with __proto__':
      post(['Content-Type: application/json', 'Content-Length: 27'], `{"__proto__":{"polluted":1}}${hidden}`),
    '100 kB body': post(['Content-Length: 100000'], 'a'.repeat(100_000)),
    'missing body': post(['Content-Length: 100000'], ''),
    'chunk longer than its size': postChunked(`1\r\nhello\r\n${chunked}`),
    'chunked body with a trailer': postChunked(`0\r\nHost: evil\r\n\r\n${hidden}`)
  }),
  // Node.js 24 rejects it, Node.js 20 does not.
  ...named([400, 405], { 'empty transfer encoding': post(['Transfer-Encoding:'], hidden) })
]

/** Requests with an invalid or unusual request line or header. */
export const malformed = [
  ...named([400], {
    'no Host': text('GET /healthz HTTP/1.1', 'Connection: close', '', ''),
    'two Hosts': get('Host: b', 'Connection: close'),
    'the same Host twice': get('host: localhost', 'Connection: close'),
    'folded Host': text('GET /healthz HTTP/1.1', 'Host: localhost', ' b', '', ''),
    'folded header': get('X: y', ' z'),
    'header without a colon': get('nonsense'),
    'header without a name': get(': a'),
    'space in a header name': get('X Y: a'),
    'NUL in a header': get('X: a\0b'),
    'NUL in a header name': get('X\0: a'),
    'bare carriage return in a header': get('X: a\rX-Evil: 1'),
    'bare line feed in a header': get('X: a\nX-Evil: 1'),
    'bare line feeds': 'GET /healthz HTTP/1.1\nHost: localhost\n\n',
    'bare carriage returns': 'GET /healthz HTTP/1.1\rHost: localhost\r\r',
    'no version': requestLine('GET /healthz'),
    'version 0.9': requestLine('GET /healthz HTTP/0.9'),
    'version 2.0': requestLine('GET /healthz HTTP/2.0'),
    'incomplete version': requestLine('GET /healthz HTTP/1'),
    'another protocol': requestLine('GET /healthz ICE/1.0'),
    'HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'TLS ClientHello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'NUL in the method': requestLine('G\0T /healthz HTTP/1.1'),
    'lower-case method': requestLine('get /healthz HTTP/1.1'),
    'unknown method': requestLine('__proto__ /healthz HTTP/1.1'),
    'no method': requestLine(' /healthz HTTP/1.1'),
    'no URL': requestLine('GET  HTTP/1.1'),
    'URL with a fragment': requestLine('GET /healthz#/openapi.json HTTP/1.1'),
    'space in the URL': requestLine('GET /health z HTTP/1.1'),
    'NUL in the URL': requestLine('GET /healthz\0 HTTP/1.1'),
    'line feed in the URL': requestLine('GET /healthz\nX: HTTP/1.1'),
    'carriage return in the URL': requestLine('GET /healthz\r HTTP/1.1'),
    'tab in the URL': requestLine('GET /healthz\tHTTP/1.1'),
    'URL that is not UTF-8': requestLine('GET /\xff\xfe HTTP/1.1'),
    'URL in raw UTF-8': requestLine('GET /\xc3\xa9 HTTP/1.1'),
    'URL without a slash': requestLine('GET healthz HTTP/1.1'),
    'binary data': '\x00\xff\xfe\x01\r\n\r\n',
    'a line of text': 'what?\r\n\r\n'
  }),
  ...named([414], {
    '9 kB URL': requestLine(`GET /${'a'.repeat(9_000)} HTTP/1.1`),
    '9 kB query': requestLine(`GET ${summary}?projectName=${'a'.repeat(9_000)} HTTP/1.1`),
    '100 kB URL': requestLine(`GET /${'a'.repeat(100_000)} HTTP/1.1`),
    '100 kB query': requestLine(`GET ${summary}?projectName=${'a'.repeat(100_000)} HTTP/1.1`),
    '100 kB id': requestLine(`GET /v1/openstack/projects/${'%2e'.repeat(33_000)}/instances?limit=1 HTTP/1.1`)
  }),
  ...named([431], {
    '100 kB header': get(`X: ${'a'.repeat(100_000)}`),
    '100 kB header name': get(`${'X'.repeat(100_000)}: a`),
    '100 kB token': get(`X-Auth-Token: ${'a'.repeat(100_000)}`),
    '10,000 headers': get(...Array.from({ length: 10_000 }, (_, n) => `h${n}: a`)),
    '100 kB of tabs in a header': get(`X: a${'\t'.repeat(100_000)}a`)
  }),
  // Without authentication the service accepts only its own host.
  ...named([200, 400], {
    'invalid Host': text('GET /healthz HTTP/1.1', 'Host: ../../\'"><script>', 'Connection: close', '', '')
  }),
  ...named([417], { 'unknown expectation': get('Expect: nonsense', 'Connection: close') }),
  ...named([405], {
    'another method': requestLine('DELETE /healthz HTTP/1.1'),
    'WebDAV method': requestLine('PROPFIND /healthz HTTP/1.1'),
    TRACE: requestLine('TRACE /healthz HTTP/1.1')
  }),
  ...named([404], {
    'URL with an authority': requestLine('GET //evil.example/healthz HTTP/1.1'),
    'absolute URL of an unknown path': requestLine('GET http://evil.example/nothing HTTP/1.1')
  }),
  ...named([200], {
    'absolute URL': requestLine('GET http://evil.example/healthz HTTP/1.1'),
    'absolute URL with a user': requestLine('GET http://admin:admin@evil.example:80/healthz HTTP/1.1'),
    '100 kB of spaces before a header value': get(`X:${' '.repeat(100_000)}a`, 'Connection: close'),
    'empty lines before a request': `\r\n\r\n${requestLine('GET /healthz HTTP/1.1')}`,
    'version 1.0': 'GET /healthz HTTP/1.0\r\n\r\n',
    'upgrade to WebSocket': get(
      'Connection: upgrade, close',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: AAAA',
      'Sec-WebSocket-Version: 13'
    )
  }),
  ...named([], { CONNECT: requestLine('CONNECT evil.example:443 HTTP/1.1') }),
  ...named([], { 'no bytes': '' }, { end: true }),
  ...named([400], {
    'half a method': 'GE',
    'half a URL': 'GET /heal',
    'half a header': 'GET /healthz HTTP/1.1\r\nHo',
    'headers without the empty line': 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n'
  }, { end: true })
]
