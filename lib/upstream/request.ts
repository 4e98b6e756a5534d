import { EventEmitter } from 'node:events'
import { errors, request } from 'undici'
import type { Dispatcher } from 'undici'
import { currentContext } from '#lib/context/request-context.js'
import { UpstreamError } from '#lib/errors.js'
import type { UpstreamName } from '#lib/errors.js'
import { explainProxyFailure } from './proxy.js'
import { followRedirects, RedirectRejected } from './redirects.js'
import { pauseSeconds, sendWithRetry } from './retry.js'

type Method = 'GET' | 'POST' | 'DELETE'

export interface UpstreamRequest {
  /** A short name of the request's purpose, for metrics and logs. */
  operation: string
  url: string
  method?: Method
  headers?: Record<string, string>
  body?: string
  /**
   * Whether the request may be repeated after it may have been processed; by default only GET may.
   */
  idempotent?: boolean
  /** Parses the body of the response, which may be empty; it throws a SyntaxError. JSON unless given. */
  parse?: (bytes: Buffer) => unknown
  /** Statuses beside 2xx that the caller handles; any other is an error. */
  expect?: number[]
  /** Statuses that mean that the upstream rejects the service's credential; 401 and 403 unless given. */
  credentialRejected?: number[]
}

export interface UpstreamResponse {
  status: number
  headers: Dispatcher.ResponseData['headers']
  /** The parsed body; of JSON `undefined` where it is empty. */
  body: unknown
}

export interface RequestOptions {
  dispatcher: Dispatcher
  /** The header that carries the request id to this upstream; `x-request-id` unless given. */
  requestIdHeader?: string
  /** The deadline, which includes a retry, in milliseconds of `performance.now()`. */
  deadline: number
  /**
   * Takes one retry from the budget; called only when a retry would help. `false` where the budget is empty.
   */
  takeRetry: () => boolean
}

/**
 * Sends one request and reads its whole response, with one retry where that may help.
 * @throws UpstreamError
 */
export async function sendRequest (upstream: UpstreamName, call: UpstreamRequest, options: RequestOptions) {
  const { dispatcher, requestIdHeader = 'x-request-id', deadline, takeRetry } = options
  // An EventEmitter is an abort signal to undici, and ten times as cheap as AbortSignal.timeout.
  const signal = Object.assign(new EventEmitter(), { aborted: false })
  const timer = setTimeout(() => {
    signal.aborted = true
    signal.emit('abort')
  }, deadline - performance.now())
  // undici cannot abort a request that has no connection yet, so the deadline also ends the wait for it.
  const late = new Promise<never>((resolve, reject) => {
    signal.once('abort', () => reject(new errors.RequestAbortedError()))
  })
  late.catch(() => {})
  const { url, method = 'GET', body, idempotent = method === 'GET' } = call
  const context = currentContext()
  const headers = context === undefined
    ? call.headers
    : { ...call.headers, [requestIdHeader]: context.id, ...context.trace?.headers }
  const sendTo = (url: string) =>
    // undici adds the host to the headers of a request through a proxy.
    Promise.race([request(url, { method, headers: { ...headers }, body, dispatcher, signal }), late])
  const send = () => followRedirects(sendTo, url, method)
  return await readResponse(upstream, call, () => sendWithRetry(send, idempotent, deadline, takeRetry))
    .finally(() => clearTimeout(timer))
}

async function readResponse (
  upstream: UpstreamName,
  { parse = parseJson, expect = [], credentialRejected = [401, 403] }: UpstreamRequest,
  send: () => Promise<Dispatcher.ResponseData>
): Promise<UpstreamResponse> {
  let details = {}
  try {
    const response = await send()
    const { statusCode: status, headers, body } = response
    const requestId = headers['x-openstack-request-id'] ?? headers['x-compute-request-id'] ??
      headers['x-request-id']
    details = { status, requestId: requestId?.toString() }
    const { buffer, byteOffset, length } = await body.bytes()
    if ((status < 200 || status > 299) && !expect.includes(status)) {
      if (credentialRejected.includes(status)) {
        throw new UpstreamError(upstream, 'refused', `rejected the service's credential (${status})`, details)
      }
      const retryAfter = pauseSeconds(response)
      throw retryAfter === undefined
        ? new UpstreamError(upstream, 'invalid', `returned status ${status}`, details)
        : new UpstreamError(
          upstream, 'unavailable', `accepts no requests for now (${status})`, { ...details, retryAfter }
        )
    }
    return { status, headers, body: parse(Buffer.from(buffer, byteOffset, length)) }
  } catch (err) {
    if (err instanceof RedirectRejected) {
      throw new UpstreamError(upstream, 'invalid', err.message, { status: err.status })
    }
    throw err instanceof UpstreamError
      ? err
      : toUpstreamError(
        upstream, err as Error & { code?: string }, details
      )
  }
}

/** Leaves out a byte order mark. */
const decoder = new TextDecoder()
const parseJson = (bytes: Buffer) => bytes.length === 0 ? undefined : JSON.parse(decoder.decode(bytes))

const timeoutCodes = new Set<string | number>([
  'UND_ERR_ABORTED', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'
])
const tooLargeCodes = new Set<string | number>(['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW'])

/** The failure of a request. It drops the cause, which may quote the body or name the address. */
function toUpstreamError (
  upstream: UpstreamName, err: Error & { code?: string | number }, details: object
) {
  const { name, code = name } = err
  if (timeoutCodes.has(code)) {
    return new UpstreamError(upstream, 'timeout', 'did not respond within its time limit', details)
  }
  if (name === 'SyntaxError') {
    return new UpstreamError(upstream, 'invalid', 'returned a body that is not JSON', details)
  }
  if (name === 'HTTPParserError' || tooLargeCodes.has(code)) {
    return new UpstreamError(upstream, 'invalid', `returned an unreadable response (${code})`, details)
  }
  const cause = explainProxyFailure(err) ?? code
  return new UpstreamError(upstream, 'unreachable', `cannot be reached (${cause})`, details)
}
