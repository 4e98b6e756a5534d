import { gzipSync } from 'node:zlib'
import type { UpstreamName } from '#simulator/simulator.js'
import { tolerated, visible } from '../case.js'
import type { Case } from '../case.js'
import {
  changingBody, everyNth, flood, htmlResponse, markedHeaders, marker, onFirstAttempt, onTheWire, responding,
  response
} from '../faults.js'

const compute: UpstreamName[][] = [['compute']]
const metrics: UpstreamName[][] = [['metrics']]
const two: UpstreamName[][] = [['compute'], ['metrics']]
const three: UpstreamName[][] = [['identity'], ['compute'], ['metrics']]
const four: UpstreamName[][] = [['identity'], ['compute'], ['block-storage'], ['metrics']]
const quotaServices: UpstreamName[][] = [['compute', 'network', 'block-storage']]

const gigabyte = 2 ** 30
const piece = Buffer.alloc(2 ** 16, `[${marker}]`)
const gzipBomb = gzipSync(Buffer.alloc(2 ** 26, ' '))
const deepJson = '['.repeat(100_000) + ']'.repeat(100_000)
const head = (length: string) => {
  const marked = Object.entries(markedHeaders).map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 200 ${marker}\r\ncontent-type: application/json\r\n${marked}${length}\r\n\r\n`
}

/** One piece of a chunked body. */
const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])

const jsonNumber = /(?<=[:,[])-?\d+(?:\.\d+)?(?=[,}\]])/g
const toStrings = (text: string) => text.replace(jsonNumber, '"$&"')
const toInfinity = (text: string) => text.replace(jsonNumber, '1e999')
const firstHalf = (text: string) => text.slice(0, Math.floor(text.length / 2))
const withoutLastLine = (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)
const unchanged = (text: string) => text
const asPartial = (text: string) => JSON.stringify({ ...JSON.parse(text), isPartial: true })
const withWarning = (text: string) => JSON.stringify({ ...JSON.parse(text), warnings: [marker] })
const errorJson = JSON.stringify({ error: { code: 500, message: marker, title: marker } })
const prometheusErrorJson = JSON.stringify({ status: 'error', errorType: 'internal', error: marker })
const influxdbErrorJson = `${JSON.stringify({ results: [{ statement_id: 0, error: marker }] })}\n`

/** The error object of each metrics store, by the beginning of its paths. */
const errorObjects: Array<[path: string, body: string]> = [
  ['/query', influxdbErrorJson], ['/api/v1/', prometheusErrorJson], ['', errorJson]
]
const errorObjectOf = (path: string) => errorObjects.find(([start]) => path.startsWith(start))![1]

const onInfluxDB: Partial<Case> = { store: 'influxdb' }
const onVictoriaMetrics: Partial<Case> = { store: 'victoria-metrics' }

/** Every request gets an HTML page with this status. */
const html = (status: number, headers?: object) => responding(() => htmlResponse(status, headers))
/** Every request gets a JSON body with this status. */
const json = (status: number, body: string | Buffer = errorJson, headers?: object) =>
  responding(() => response(status, body, headers))

const asText = { 'content-type': 'text/plain' }
const longHeader = { long: marker.repeat(4_000) }
const elsewhere = { 'content-type': 'application/json', location: `http://${marker}.test/` }

/** Responses that are none of the API. */
export const invalidResponses: Case[] = [
  // On a slow machine the deadline may pass before the size limit is reached.
  ...visible(two, '10 GB body', [502, 504], onTheWire({
    request (request) {
      request.socket.write(head(`content-length: ${10 * gigabyte}`))
      flood(request, piece, 10 * gigabyte)
    }
  })),
  ...visible(metrics, 'endless chunked body', [502, 504], onTheWire({
    request (request) {
      request.socket.write(head('transfer-encoding: chunked'))
      flood(request, chunk, 10 * gigabyte)
    }
  })),
  ...visible(three, 'truncated JSON', 502, changingBody(firstHalf)),
  ...visible(metrics, 'last line of the response is missing', 502, changingBody(withoutLastLine), onInfluxDB),
  ...visible(metrics, 'partial response', 502, changingBody(asPartial), onVictoriaMetrics),
  ...visible(metrics, 'response with a warning', 502, changingBody(withWarning), onVictoriaMetrics),
  ...visible(three, 'HTML instead of JSON, status 200', 502, html(200)),
  ...visible(two, 'empty body, status 200', 502, json(200, '')),
  ...visible(three, 'error object, status 200', 502, responding(({ path }) =>
    response(200, errorObjectOf(path)))),
  ...tolerated(two, 'correct JSON as text/plain', changingBody(unchanged, asText)),
  ...visible(three, 'list instead of an object', 502, json(200, '[]')),
  ...visible(two, 'numbers as strings', 502, changingBody(toStrings)),
  ...visible(two, 'numbers out of range (1e999)', 502, changingBody(toInfinity)),
  ...visible(two, 'JSON nested 100,000 levels deep', 502, json(200, deepJson)),
  ...visible(two, 'unrequested gzip bomb of 64 MB', 502, json(200, gzipBomb, { 'content-encoding': 'gzip' })),
  ...visible(compute, 'SSH banner instead of HTTP', 502, onTheWire({
    connection: (socket) => socket.end(`SSH-2.0-${marker}\r\n`)
  })),
  ...visible(compute, '64 KB header', 502, json(200, '{}', longHeader)),
  ...visible(compute, 'redirect to another host', 502, html(302, elsewhere))
]

/** Responses with a status of an error. */
export const errorResponses: Case[] = [
  ...visible(quotaServices, '401 to every token', 502, json(401)),
  ...visible([['identity']], '401 to every token', 502, responding(async ({ method, forward }) =>
    method === 'POST' ? await forward() : response(401, errorJson))),
  ...visible(two, '403 to every request', 502, json(403)),
  ...visible([['network'], ['metrics']], '404 to every request', 502, html(404)),
  ...visible(three, '429 with Retry-After', 503, html(429, { 'retry-after': '1' })),
  ...visible(four, '500 to every request', 502, json(500)),
  ...visible(metrics, '500 to one request in three', [200, 502], onTheWire({
    request: everyNth(3, ({ respond }) => respond(htmlResponse(500)))
  })),
  ...visible([['network']], '502 to every request', 502, html(502)),
  ...visible([['identity'], ['compute']], '503 to every request', 502, html(503)),
  ...visible(metrics, '503 to every request', 502, html(503), onInfluxDB),
  // A Prometheus API sends it when it is overloaded.
  ...visible(metrics, '503 to every request', 503, html(503), onVictoriaMetrics),
  ...visible(metrics, '503 with Retry-After of three seconds', 503, html(503, { 'retry-after': '3' })),
  ...visible([['block-storage']], '504 to every request', 502, html(504)),
  ...tolerated([['compute', 'metrics']], '503 to the first attempt of each request', onTheWire({
    request: onFirstAttempt(({ respond }) => respond(htmlResponse(503)))
  }))
]
