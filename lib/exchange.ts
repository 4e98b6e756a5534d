import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { errors, request } from 'undici'
import type { Dispatcher } from 'undici'
import { UpstreamError } from './errors.js'
import type { Role } from './errors.js'
import { currentContext } from './request-context.js'
import type { RequestContext } from './request-context.js'
import { traceHeaders } from './trace-context.js'

/** What a call asks for: few words, so that calls can be counted by them. */
export type Operation =
  | 'show-version' | 'issue-token' | 'validate-token' | 'list-projects' | 'show-project' | 'list-domains'
  | 'show-quota' | 'list-servers' | 'show-server'
  | 'ping' | 'read-series' | 'read-latest' | 'read-owners'

export interface Call {
  operation: Operation
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

export interface ExchangeOptions {
  dispatcher: Dispatcher
  /** When it must have ended, a second try counted in: in milliseconds of `performance.now()`. */
  end: number
  /** Whether there is a second try to spend; asked only where one is wanted. */
  mayRepeat: () => boolean
}

/** One call, to the last byte of its answer, and a second try where that may help. @throws UpstreamError */
export async function exchange (role: Role, call: Call, { dispatcher, end, mayRepeat }: ExchangeOptions): Promise<Answer> {
  // Half a millisecond is what a call costs in all; an AbortSignal of its own would be a tenth of that.
  const signal = Object.assign(new EventEmitter(), { aborted: false })
  const deadline = setTimeout(() => {
    signal.aborted = true
    signal.emit('abort')
  }, end - performance.now())
  // What has no connection yet cannot be aborted: it is not waited for.
  const late = new Promise<never>((resolve, reject) => { signal.once('abort', () => reject(new errors.RequestAbortedError())) })
  late.catch(() => {})
  const { url, method = 'GET', body } = call
  const context = currentContext()
  const headers = context === undefined ? call.headers : { ...call.headers, ...contextHeaders(role, context) }
  const ask = () => Promise.race([request(url, { method, headers, body, dispatcher, signal }), late])
  return await read(role, call, () => askTwice(ask, isReading(role, call), end, mayRepeat)).finally(() => clearTimeout(deadline))
}

/** What an upstream's own log and traces are to know our request by. OpenStack's services take its id so, and InfluxDB as what its log calls the call. */
function contextHeaders (role: Role, { id, trace }: RequestContext) {
  return { [role === 'metrics' ? 'x-request-id' : 'x-openstack-request-id']: id, ...(trace && traceHeaders(trace)) }
}

async function read (role: Role, { operation, lines = false, expect = [] }: Call, ask: () => Promise<Dispatcher.ResponseData>): Promise<Answer> {
  let facts = {}
  try {
    const { statusCode: status, headers, body } = await ask()
    const requestId = headers['x-openstack-request-id'] ?? headers['x-compute-request-id'] ?? headers['x-request-id']
    facts = { status, requestId: requestId?.toString() }
    const text = await body.text()
    if ((status < 200 || status > 299) && !expect.includes(status)) throw unexpected(role, operation, status, facts)
    return { status, headers, body: lines ? parseLines(text) : text === '' ? undefined : JSON.parse(text) }
  } catch (err) {
    throw err instanceof UpstreamError ? err : broken(role, err as Error & { code?: string }, facts)
  }
}

/** The connection broke before there was an answer, or there was none: a server that restarts, or is done with an idle connection. */
const dropped = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const refused = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'])
/** What a proxy answers for a server behind it that restarts, or has too much to do. */
const passing = new Set([502, 503, 504])

/** Asks, and once more where what was met may pass before the `end`. A login is asked for again only where its connection was dropped. */
async function askTwice (ask: () => Promise<Dispatcher.ResponseData>, isRead: boolean, end: number, mayRepeat: () => boolean) {
  const inTime = (wait: number) => performance.now() + wait < end
  let wait = pause()
  try {
    const answer = await ask()
    wait = Math.max(wait, retryAfter(String(answer.headers['retry-after'])))
    if (!isRead || !passing.has(answer.statusCode) || !inTime(wait) || !mayRepeat()) return answer
    await Promise.all([answer.body.dump(), sleep(wait)])
  } catch (err) {
    const { code } = err as { code: string }
    if (!dropped.has(code) && !(isRead && refused.has(code))) throw err
    if (!inTime(wait) || !mayRepeat()) throw err
    await sleep(wait)
  }
  return await ask()
}

/** Milliseconds before a second try, not the same for all who met the same. */
const pause = () => 25 + Math.random() * 75

/** Milliseconds that an upstream asks to wait for: it says so in seconds, or by a date. What says neither asks for none. */
const retryAfter = (value: string) => (/^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now()) || 0

/** A query of the metrics store is sent by POST for its length. */
const isReading = (role: Role, { method }: Pick<Call, 'method'>) => method === undefined || role === 'metrics'

const parseLines = (text: string) => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))

/** A status that means that the upstream is at fault, or that it refuses our credential; which a login is told by a 404 where there is none of its id. */
function unexpected (role: Role, operation: Operation, status: number, facts: object) {
  return status === 401 || status === 403 || (status === 404 && operation === 'issue-token')
    ? new UpstreamError(role, 'refused', `refuses the service's credential (${status})`, facts)
    : new UpstreamError(role, 'invalid', `answered ${status}`, facts)
}

const slow = new Set<string | number>(['UND_ERR_ABORTED', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
const garbled = new Set<string | number>(['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW'])

/** What a failed exchange was. The cause is not kept: it may quote the body or name the address. */
function broken (role: Role, { name, code = name }: Error & { code?: string | number }, facts: object) {
  if (slow.has(code)) return new UpstreamError(role, 'timeout', 'did not answer within its time limit', facts)
  if (name === 'SyntaxError') return new UpstreamError(role, 'invalid', 'answered something that is not JSON', facts)
  if (name === 'HTTPParserError' || garbled.has(code)) {
    return new UpstreamError(role, 'invalid', `answered something that cannot be read (${code})`, facts)
  }
  return new UpstreamError(role, 'unreachable', `cannot be reached (${code})`, facts)
}
