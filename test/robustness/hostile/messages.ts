/** Bytes that are nearly a request, or more than one to some. */
export interface Message {
  name: string
  bytes: string
  /** What they may be answered with; with nothing, the connection is to end without a word. */
  statuses: number[]
  /** Whether the client then ends its side: what it said is not whole. */
  end?: boolean
}

const text = (...lines: string[]) => lines.join('\r\n')
const get = (...headers: string[]) => text('GET /healthz HTTP/1.1', 'Host: localhost', ...headers, '', '')
const post = (headers: string[], body: string) =>
  text('POST /healthz HTTP/1.1', 'Host: localhost', ...headers, '', body)
/** What an attacker would have taken for a request of somebody else's. */
const hidden = text('GET /openapi.json HTTP/1.1', 'Host: localhost', 'Connection: close', '', '')
const chunked = `0\r\n\r\n${hidden}`
const line = (line: string) => text(line, 'Host: localhost', 'Connection: close', '', '')

const named = (
  statuses: number[], messages: Record<string, string>, options: Partial<Message> = {}
): Message[] =>
  Object.entries(messages).map(([name, bytes]) => ({ name, bytes, statuses, ...options }))

/**
 * Requests whose end the service and a proxy before it may see in different places. Source: RFC 9112, 6.1,
 * 6.3 and 11.2.
 */
export const smuggling = named([400], {
  'a length and chunks': post(['Content-Length: 4', 'Transfer-Encoding: chunked'], chunked),
  'chunks and a length': post(['Transfer-Encoding: chunked', 'Content-Length: 4'], chunked),
  'two lengths': post(['Content-Length: 0', 'Content-Length: 4'], `aaaa${hidden}`),
  'two lengths in one': post(['Content-Length: 0, 4'], `aaaa${hidden}`),
  'the same length twice': post(['Content-Length: 4', 'Content-Length: 4'], `aaaa${hidden}`),
  'a length with a sign': post(['Content-Length: +4'], `aaaa${hidden}`),
  'a length below zero': post(['Content-Length: -1'], hidden),
  'a length in hex': post(['Content-Length: 0x4'], `aaaa${hidden}`),
  'a length in words': post(['Content-Length: four'], `aaaa${hidden}`),
  'a length with a fraction': post(['Content-Length: 4.0'], `aaaa${hidden}`),
  'a length beyond all numbers': post(['Content-Length: 99999999999999999999'], hidden),
  'a length with a space in it': post(['Content-Length: 0 4'], `aaaa${hidden}`),
  'no length': post(['Content-Length:'], hidden),
  'a length before a space': post(['Content-Length : 4'], `aaaa${hidden}`),
  'chunks before a space': post(['Transfer-Encoding : chunked'], chunked),
  'chunks after a tab': post(['Transfer-Encoding:\tchunked', 'Content-Length: 4'], chunked),
  'chunks on the next line': post(['Transfer-Encoding:', ' chunked'], chunked),
  'a length on the next line': post(['Content-Length:', ' 4'], `aaaa${hidden}`),
  'chunks that are none': post(['Transfer-Encoding: xchunked'], chunked),
  'chunks that are not last': post(['Transfer-Encoding: chunked, identity'], chunked),
  'chunks that are not last, twice': post(
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunked
  ),
  'chunks in quotes': post(['Transfer-Encoding: "chunked"'], chunked),
  'chunks with a parameter': post(['Transfer-Encoding: chunked;a=b'], chunked),
  'chunks after a vertical tab': post(['Transfer-Encoding: \x0bchunked'], chunked),
  'chunks before a control character': post(['Transfer-Encoding: chunked\x01'], chunked),
  'chunks and a NUL': post(['Transfer-Encoding: chunked\0'], chunked),
  'chunks behind a bare line feed': post(['X: y\nTransfer-Encoding: chunked'], chunked),
  'chunks behind a bare carriage return': post(['X: y\rTransfer-Encoding: chunked'], chunked),
  'an encoding that is none': post(['Transfer-Encoding: identity'], hidden),
  'a length in a line without a name': post([': Content-Length: 4'], `aaaa${hidden}`),
  'a header before all': text('GET /healthz HTTP/1.1', ' Host: localhost', 'Host: b', '', ''),
  'a chunk without a length': post(['Transfer-Encoding: chunked'], `\r\n${chunked}`),
  'a length after the chunks': post(
    ['Transfer-Encoding: chunked'], `0\r\nContent-Length: 5\r\n\r\n${hidden}`
  ),
  'a chunk of another number': post(['Transfer-Encoding: chunked'], `0x5\r\nhello\r\n${chunked}`),
  'a chunk below zero': post(['Transfer-Encoding: chunked'], `-1\r\n${chunked}`),
  'a chunk beyond all numbers': post(['Transfer-Encoding: chunked'], `ffffffffffffffffff\r\n${chunked}`),
  'a chunk with a bare line feed': post(['Transfer-Encoding: chunked'], `5\nhello\r\n${chunked}`),
  'an extension with a bare line feed': post(['Transfer-Encoding: chunked'], `5;a\nhello\r\n${chunked}`),
  'an extension without end': post(
    ['Transfer-Encoding: chunked'], `5;${'a'.repeat(20_000)}\r\nhello\r\n${chunked}`
  )
})

/**
 * Requests that are to be read in one way only, and are answered once: what stands behind a body is not
 * answered.
 */
export const bodies = [
  ...named([200], {
    'a body': text('GET /healthz HTTP/1.1', 'Host: localhost', 'Content-Length: 5', '', `hello${hidden}`),
    'a body in chunks': text(
      'GET /healthz HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: chunked', '', `5\r\nhello\r\n${chunked}`
    ),
    'a body that looks like a request': text(
      'GET /healthz HTTP/1.1', 'Host: localhost', `Content-Length: ${hidden.length}`, '', hidden
    ),
    'a body after leave': text(
      'GET /healthz HTTP/1.1',
      'Host: localhost',
      'Expect: 100-continue',
      `Content-Length: ${hidden.length}`,
      '',
      hidden
    )
  }),
  ...named([404], {
    'a body that is no JSON': post(['Content-Type: application/json', 'Content-Length: 1'], `{${hidden}`),
    'a body that pollutes': post(
      ['Content-Type: application/json', 'Content-Length: 27'], `{"__proto__":{"polluted":1}}${hidden}`
    ),
    'a body of 100 kB': post(['Content-Length: 100000'], 'a'.repeat(100_000)),
    'a body that does not come': post(['Content-Length: 100000'], ''),
    'a chunk that is longer than it says': post(['Transfer-Encoding: chunked'], `1\r\nhello\r\n${chunked}`),
    'chunks and a trailer': post(['Transfer-Encoding: chunked'], `0\r\nHost: evil\r\n\r\n${hidden}`)
  }),
  // Node 24 refuses it, Node 20 does not.
  ...named([400, 404], { 'an encoding without a name': post(['Transfer-Encoding:'], hidden) })
]

/** Requests whose first line or headers are not as they must be. */
export const malformed = [
  ...named([400], {
    'no host': text('GET /healthz HTTP/1.1', 'Connection: close', '', ''),
    'two hosts': get('Host: b', 'Connection: close'),
    'two hosts that are one': get('host: localhost', 'Connection: close'),
    'a host on two lines': text('GET /healthz HTTP/1.1', 'Host: localhost', ' b', '', ''),
    'a folded header': get('X: y', ' z'),
    'a header without a colon': get('nonsense'),
    'a header without a name': get(': a'),
    'a header with a space in its name': get('X Y: a'),
    'a header with a NUL': get('X: a\0b'),
    'a header with a NUL in its name': get('X\0: a'),
    'a header with a bare carriage return': get('X: a\rX-Evil: 1'),
    'a header with a bare line feed': get('X: a\nX-Evil: 1'),
    'bare line feeds': 'GET /healthz HTTP/1.1\nHost: localhost\n\n',
    'bare carriage returns': 'GET /healthz HTTP/1.1\rHost: localhost\r\r',
    'no version': line('GET /healthz'),
    'a version of long ago': line('GET /healthz HTTP/0.9'),
    'a version to come': line('GET /healthz HTTP/2.0'),
    'a version that is none': line('GET /healthz HTTP/1'),
    'another protocol': line('GET /healthz ICE/1.0'),
    'a preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a preface of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'a method of no use': line('G\0T /healthz HTTP/1.1'),
    'a method in small letters': line('get /healthz HTTP/1.1'),
    'a method that is none': line('__proto__ /healthz HTTP/1.1'),
    'no method': line(' /healthz HTTP/1.1'),
    'no URL': line('GET  HTTP/1.1'),
    'a URL with a fragment': line('GET /healthz#/openapi.json HTTP/1.1'),
    'a URL with a space': line('GET /health z HTTP/1.1'),
    'a URL with a NUL': line('GET /healthz\0 HTTP/1.1'),
    'a URL with a line feed': line('GET /healthz\nX: HTTP/1.1'),
    'a URL with a carriage return': line('GET /healthz\r HTTP/1.1'),
    'a URL with a tab': line('GET /healthz\tHTTP/1.1'),
    'a URL that is no UTF-8': line('GET /\xff\xfe HTTP/1.1'),
    'a URL that is UTF-8, and not encoded': line('GET /\xc3\xa9 HTTP/1.1'),
    'a URL without a slash': line('GET healthz HTTP/1.1'),
    nonsense: '\x00\xff\xfe\x01\r\n\r\n',
    'a question': 'what?\r\n\r\n'
  }),
  ...named([414], {
    'a URL of 9 kB': line(`GET /${'a'.repeat(9_000)} HTTP/1.1`),
    'a query of 9 kB': line(`GET /v1/openstack/projects/summary?projectName=${'a'.repeat(9_000)} HTTP/1.1`),
    'a URL of 100 kB': line(`GET /${'a'.repeat(100_000)} HTTP/1.1`),
    'a query of 100 kB': line(
      `GET /v1/openstack/projects/summary?projectName=${'a'.repeat(100_000)} HTTP/1.1`
    ),
    'a URL of 100 kB in an id': line(
      `GET /v1/openstack/projects/${'%2e'.repeat(33_000)}/instances?limit=1 HTTP/1.1`
    )
  }),
  ...named([431], {
    'a header of 100 kB': get(`X: ${'a'.repeat(100_000)}`),
    'a header whose name has 100 kB': get(`${'X'.repeat(100_000)}: a`),
    'a token of 100 kB': get(`X-Auth-Token: ${'a'.repeat(100_000)}`),
    'ten thousand headers': get(...Array.from({ length: 10_000 }, (_, n) => `h${n}: a`)),
    'tabs of 100 kB in a header': get(`X: a${'\t'.repeat(100_000)}a`)
  }),
  // Where nobody is asked who he is, it must be this host.
  ...named([200, 400], {
    'a host that is none': text(
      'GET /healthz HTTP/1.1', 'Host: ../../\'"><script>', 'Connection: close', '', ''
    )
  }),
  ...named([417], { 'something that nobody offers': get('Expect: nonsense', 'Connection: close') }),
  ...named([404], {
    'another method': line('DELETE /healthz HTTP/1.1'),
    'a method of WebDAV': line('PROPFIND /healthz HTTP/1.1'),
    'a method that reflects': line('TRACE /healthz HTTP/1.1'),
    'a URL with an authority': line('GET //evil.example/healthz HTTP/1.1'),
    'a whole URL of nothing here': line('GET http://evil.example/nothing HTTP/1.1')
  }),
  ...named([200], {
    'a whole URL': line('GET http://evil.example/healthz HTTP/1.1'),
    'a whole URL with a user': line('GET http://admin:admin@evil.example:80/healthz HTTP/1.1'),
    'spaces of 100 kB before a header': get(`X:${' '.repeat(100_000)}a`, 'Connection: close'),
    'lines before a request': `\r\n\r\n${line('GET /healthz HTTP/1.1')}`,
    'an old version': 'GET /healthz HTTP/1.0\r\n\r\n',
    'another protocol to change to': get(
      'Connection: upgrade, close',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: AAAA',
      'Sec-WebSocket-Version: 13'
    )
  }),
  ...named([], { 'a tunnel': line('CONNECT evil.example:443 HTTP/1.1') }),
  ...named([], { nothing: '' }, { end: true }),
  ...named([400], {
    'half a method': 'GE',
    'half a URL': 'GET /heal',
    'half a header': 'GET /healthz HTTP/1.1\r\nHo',
    'all but the end': 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n'
  }, { end: true })
]
