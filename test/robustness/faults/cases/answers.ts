import { gzipSync } from 'node:zlib'
import type { UpstreamName } from '#simulator/simulator.js'
import { each, unseen } from '#test/robustness/faults/case.js'
import type { Case } from '#test/robustness/faults/case.js'
import {
  atFirst, everyOther, flood, garbling, html, marked, marker, onTheWire, page, said, saying
} from '#test/robustness/faults/faults.js'

const compute: UpstreamName[][] = [['compute']]
const two: UpstreamName[][] = [['compute'], ['metrics']]
const some: UpstreamName[][] = [['identity'], ['compute'], ['metrics']]
const openstack: UpstreamName[][] = [['compute', 'network', 'block-storage']]

const gigabyte = 2 ** 30
const piece = Buffer.alloc(2 ** 16, `[${marker}]`)
const bomb = gzipSync(Buffer.alloc(2 ** 26, ' '))
const deep = '['.repeat(100_000)
const head = (length: string) =>
  `HTTP/1.1 200 ${marker}\r\ncontent-type: application/json\r\n${Object.entries(marked).map(
    ([name, value]) => `${name}: ${value}\r\n`
  ).join('')}${length}\r\n\r\n`

/** One piece of a chunked body. */
const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])

const toText = (text: string) => text.replace(/(?<=[:,[])-?\d+(?:\.\d+)?(?=[,}\]])/g, '"$&"')
const toInfinity = (text: string) => text.replace(/(?<=[:,[])-?\d+(?:\.\d+)?(?=[,}\]])/g, '1e999')
const nested = { error: { code: 500, message: marker, title: marker } }

/** Answers that are none, or not what was asked for. */
export const answers: Case[] = [
  // On a slow machine the deadline may come before the most that is read has come.
  ...each(two, 'a body of 10 GB', [502, 504], onTheWire({
    request (passing) {
      passing.socket.write(head(`content-length: ${10 * gigabyte}`))
      flood(passing, piece, 10 * gigabyte)
    }
  })),
  ...each([['metrics']], 'a body without an end, in chunks', [502, 504], onTheWire({
    request (passing) {
      passing.socket.write(head('transfer-encoding: chunked'))
      flood(passing, chunk, 10 * gigabyte)
    }
  })),
  ...each(some, 'truncated JSON', 502, garbling((text) => text.slice(0, Math.floor(text.length / 2)))),
  ...each(
    [['metrics']],
    'the last line of the answer is missing',
    502,
    garbling((text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1))
  ),
  ...each(some, 'HTML instead of JSON, with 200', 502, saying(() => said(200, page, html))),
  ...each(two, 'nothing, with 200', 502, saying(() => said(200, ''))),
  ...each(some, '200 with an error in it', 502, saying(({ path }) => said(200, path.startsWith('/query')
    ? `${JSON.stringify({ results: [{ statement_id: 0, error: marker }] })}\n`
    : JSON.stringify(nested)))),
  ...unseen(two, 'the right JSON as text/plain', garbling((text) => text, { 'content-type': 'text/plain' })),
  ...each(some, 'a list where an object was, and the reverse', 502, saying(() => said(200, '[]'))),
  ...each(two, 'numbers as text', 502, garbling(toText)),
  ...each(two, 'numbers that are none (1e999)', 502, garbling(toInfinity)),
  ...each(
    two, 'JSON that is nested 100,000 times', 502, saying(() => said(200, deep + ']'.repeat(deep.length)))
  ),
  ...each(
    two,
    'a gzip bomb of 64 MB, which nobody asked for',
    502,
    saying(() => said(200, bomb, { 'content-encoding': 'gzip' }))
  ),
  ...each(
    compute, 'no HTTP at all', 502, onTheWire({ connection: (socket) => socket.end(`SSH-2.0-${marker}\r\n`) })
  ),
  ...each(compute, 'a header of 64 KB', 502, saying(() => said(200, '{}', { long: marker.repeat(4_000) }))),
  ...each(
    compute,
    'a redirect to somewhere else',
    502,
    saying(() => said(302, page, { location: `http://${marker}.test/` }))
  ),

  ...each(
    openstack, 'a 401 storm: each token is refused', 502, saying(() => said(401, JSON.stringify(nested)))
  ),
  ...each([['identity']], 'a 401 storm: each token is refused', 502, saying(async (passing) =>
    passing.method === 'POST' ? await passing.ask() : said(401, JSON.stringify(nested)))),
  ...each(
    [['compute'], ['metrics']], '403 to everything', 502, saying(() => said(403, JSON.stringify(nested)))
  ),
  ...each([['network'], ['metrics']], '404 to everything', 502, saying(() => said(404, page, html))),
  ...each(some, '429 with Retry-After', 502, saying(() => said(429, page, { ...html, 'retry-after': '1' }))),
  ...each(
    [['identity'], ['compute'], ['block-storage'], ['metrics']],
    '500 to everything',
    502,
    saying(() => said(500, JSON.stringify(nested)))
  ),
  ...each(
    [['metrics']],
    '500 to one request in three',
    [200, 502],
    onTheWire({ request: everyOther(3, ({ say }) => say(said(500, page, html))) })
  ),
  ...each([['network']], '502 for a while', 502, saying(() => said(502, page, html))),
  ...each(some, '503 for a while', 502, saying(() => said(503, page, html))),
  ...each(
    [['metrics']],
    '503 with a Retry-After of an hour',
    502,
    saying(() => said(503, page, { ...html, 'retry-after': '3600' }))
  ),
  ...each([['block-storage']], '504 for a while', 502, saying(() => said(504, page, html))),
  ...unseen(
    [['compute', 'metrics']],
    '503 to each request when it comes first',
    onTheWire({ request: atFirst(({ say }) => say(said(503, page, html))) })
  )
]
