import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import pLimit from 'p-limit'
import { Agent, request } from 'undici'
import type { Dispatcher } from 'undici'
import { InvalidSetting, UpstreamError } from './errors.js'
import type { Role } from './errors.js'

export interface Tls {
  cacert?: string
  cert?: string
  key?: string
  insecure?: boolean
}

/** How hard an upstream may be worked. */
export interface Bounds {
  /** Milliseconds that one call may take in all, from its start to the last byte of its answer. */
  timeout: number
  /** Connections at once to one origin, and calls at once to one role. */
  connections: number
}

export interface Call {
  url: string
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** Whether the answer is a JSON document on each line, and not one in all. */
  lines?: boolean
  /** Statuses beside 2xx that mean something to the caller; any other is an error. */
  expect?: number[]
}

export interface Answer {
  status: number
  headers: Dispatcher.ResponseData['headers']
  /** The parsed JSON, or `undefined` where there was no body; of an answer in lines, a list. */
  body: unknown
}

export type Upstream = (role: Role, call: Call) => Promise<Answer>

/** More than any answer we ask for: a page of 1,000 servers is about 3 MB. */
const largestAnswer = 64 * 1024 * 1024

/**
 * The connections to the upstreams of one kind, all with the same limits and TLS settings.
 * A CA of the cloud's own is trusted beside the public ones, not instead of them.
 * @throws InvalidSetting where a TLS file cannot be read.
 */
export function createDispatcher ({ timeout, connections }: Bounds, tls: Tls = {}) {
  const file = (name: string, path?: string) => path === undefined ? undefined : readPem(name, path)
  const ca = file('OS_CACERT', tls.cacert)
  return new Agent({
    connections,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    maxResponseSize: largestAnswer,
    connect: {
      // Half of the deadline: a host that takes no connection is told apart from one that is slow to answer.
      timeout: timeout / 2,
      ca: ca && [...rootCertificates, ca],
      cert: file('OS_CERT', tls.cert),
      key: file('OS_KEY', tls.key),
      rejectUnauthorized: !tls.insecure
    }
  })
}

function readPem (name: string, path: string) {
  try {
    return readFileSync(path, 'utf8')
  } catch (err) {
    throw new InvalidSetting(`${name} must be a PEM file that can be read: ${path} (${(err as NodeJS.ErrnoException).code})`)
  }
}

/**
 * The one way out: no other code asks an upstream.
 * Bounds the calls that are under way for a role (those that wait for their turn have not started their deadline), and turns
 * whatever goes wrong into an UpstreamError.
 */
export function createUpstream (dispatcher: Dispatcher, { timeout, connections }: Bounds): Upstream {
  const queues = new Map<Role, ReturnType<typeof pLimit>>()

  return (role, call) => {
    let queue = queues.get(role)
    if (queue === undefined) queues.set(role, queue = pLimit(connections))
    return queue(() => send(role, call, dispatcher, timeout))
  }
}

async function send (role: Role, { url, lines = false, expect = [], ...call }: Call, dispatcher: Dispatcher, timeout: number): Promise<Answer> {
  let facts = {}
  try {
    const { statusCode: status, headers, body } = await exchange(url, {
      method: 'GET', ...call, dispatcher, signal: AbortSignal.timeout(timeout)
    })
    const requestId = headers['x-openstack-request-id'] ?? headers['x-compute-request-id'] ?? headers['x-request-id']
    facts = { status, requestId: requestId?.toString() }
    const text = await body.text()
    if ((status < 200 || status > 299) && !expect.includes(status)) throw unexpected(role, status, facts)
    return { status, headers, body: lines ? parseLines(text) : text === '' ? undefined : JSON.parse(text) }
  } catch (err) {
    throw err instanceof UpstreamError ? err : broken(role, err as Error & { code?: string }, facts)
  }
}

const dropped = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/**
 * One exchange, and once more where the connection broke before there was an answer: a server that restarts, or that is done with an idle
 * connection, drops it under a request that is on its way. All that we ask is a read or a login, and may be asked twice.
 */
async function exchange (...call: Parameters<typeof request>) {
  try {
    return await request(...call)
  } catch (err) {
    if (!dropped.has((err as { code: string }).code)) throw err
    return await request(...call)
  }
}

const parseLines = (text: string) => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))

/** A status that means that the upstream is at fault, or that it refuses our credential. */
function unexpected (role: Role, status: number, facts: object) {
  return status === 401 || status === 403
    ? new UpstreamError(role, 'refused', `refuses the service's credential (${status})`, facts)
    : new UpstreamError(role, 'invalid', `answered ${status}`, facts)
}

const slow = new Set<string | number>(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
const garbled = new Set<string | number>(['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW'])

/** What a failed exchange was. The cause is not kept: it may quote the body or name the address. */
function broken (role: Role, { name, code = name }: Error & { code?: string | number }, facts: object) {
  if (name === 'TimeoutError' || slow.has(code)) {
    return new UpstreamError(role, 'timeout', 'did not answer within its time limit', facts)
  }
  if (name === 'SyntaxError') return new UpstreamError(role, 'invalid', 'answered something that is not JSON', facts)
  if (name === 'HTTPParserError' || garbled.has(code)) {
    return new UpstreamError(role, 'invalid', `answered something that cannot be read (${code})`, facts)
  }
  return new UpstreamError(role, 'unreachable', `cannot be reached (${code})`, facts)
}
