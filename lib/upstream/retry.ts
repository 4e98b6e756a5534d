import { setTimeout as sleep } from 'node:timers/promises'
import type { Dispatcher } from 'undici'

type Response = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>

/** The connection broke before a response: the server restarts, or has closed an idle connection. */
const droppedConnection = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const noConnection = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'])
/** Statuses of a proxy whose server restarts or is overloaded. */
const temporaryStatuses = new Set([502, 503, 504])
/** Statuses of a server that limits requests; 413 is that of Nova's and Cinder's older limits. */
const limitStatuses = new Set([413, 429])

/**
 * Sends, and retries once where the failure may be temporary and the deadline allows it.
 * A request that is not idempotent is retried only where its connection was dropped.
 * @param deadline milliseconds of `performance.now()`
 */
export async function sendWithRetry (
  send: () => Promise<Dispatcher.ResponseData>,
  idempotent: boolean,
  deadline: number,
  takeRetry: () => boolean
) {
  const inTime = (delay: number) => performance.now() + delay < deadline
  let delay = retryDelayMs()
  try {
    const response = await send()
    delay = Math.max(delay, retryAfterMs(response))
    if (!idempotent || !isTemporary(response) || !inTime(delay) || !takeRetry()) return response
    await Promise.all([response.body.dump(), sleep(delay)])
  } catch (err) {
    const { code } = err as { code: string }
    if (!droppedConnection.has(code) && !(idempotent && noConnection.has(code))) throw err
    if (!inTime(delay) || !takeRetry()) throw err
    await sleep(delay)
  }
  return await send()
}

const isTemporary = (response: Response) =>
  temporaryStatuses.has(response.statusCode) ||
  (limitStatuses.has(response.statusCode) && retryAfterMs(response) > 0)

/** Longest time for which an upstream is not called, however long it wants that. */
const maxPauseSeconds = 60

/**
 * Whether an upstream accepts no requests for now: a 429, or a 413 or 503 with `Retry-After`.
 * Source: RFC 9110, "Retry-After", and RFC 6585, "429 Too Many Requests".
 * @returns the seconds until it accepts requests again, 0 where it does not name them; otherwise `undefined`
 */
export function pauseSeconds (response: Response): number | undefined {
  const seconds = Math.min(Math.ceil(retryAfterMs(response) / 1000), maxPauseSeconds)
  const { statusCode: status } = response
  return status === 429 || (seconds > 0 && (status === 413 || status === 503)) ? seconds : undefined
}

/** Random, so that requests that failed together are not repeated together. */
const retryDelayMs = () => 25 + Math.random() * 75

/** Milliseconds of a `Retry-After` in seconds or as a date; 0 for any other text, or a date in the past. */
function retryAfterMs ({ headers }: Response) {
  const value = String(headers['retry-after'])
  return Math.max(0, (/^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now()) || 0)
}
