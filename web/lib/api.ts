import createClient from 'openapi-fetch'
import type { paths } from './openapi.js'

export const api = createClient<paths>({ baseUrl: '/' })

/** A response's data, and how fresh they are. */
export interface Answer<T> {
  data: T
  /** Seconds of the oldest fact in it, when it arrived. */
  age: number
  /** Seconds for which it is fresh. */
  maxAge: number
  /** Id of the last entry, where more follow. */
  next?: string
  /** Whether the upstream lists only a part of the entries. */
  incomplete: boolean
}

/** Why there is no response. */
export class Failure extends Error {
  /** The HTTP status; `undefined` where no response came. */
  status?: number
  requestId?: string
  /** Seconds after which the service wants to be asked again. */
  retryAfter?: number
}

interface Fetched { data?: unknown, error?: unknown, response: Response }

/**
 * The data of a request.
 * @throws Failure where there is no response, or one that is a problem
 */
export async function answer<T> (request: Promise<{ data?: T, error?: unknown, response: Response }>) {
  let fetched: Fetched
  try {
    fetched = await request
  } catch (err) {
    if ((err as Error).name === 'AbortError') throw err
    throw new Failure('')
  }
  const { data, error, response: { ok, status, headers } } = fetched
  if (!ok || data === undefined) throw failureOf(status, headers, error)
  const link = /[?&]marker=([^&>]+)/.exec(headers.get('link') ?? '')?.[1]
  return {
    data: data as T,
    age: ageOf(headers, Date.now()),
    maxAge: Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1] ?? 0),
    next: link && decodeURIComponent(link),
    incomplete: headers.has('incomplete')
  } satisfies Answer<T>
}

/**
 * Seconds of the oldest fact. A response that the browser had cached has the `Age` of its first arrival, so
 * the time since its `Date` counts too, unless the two clocks obviously differ.
 */
function ageOf (headers: Headers, now: number) {
  const age = Number(headers.get('age') ?? 0)
  const since = (now - Date.parse(headers.get('date') ?? '')) / 1000
  return since > 1 && since < 120 ? age + since : age
}

function failureOf (status: number, headers: Headers, error: unknown) {
  const detail = (error as { detail?: string } | undefined)?.detail ?? ''
  const retryAfter = Number(headers.get('retry-after') ?? NaN)
  return Object.assign(new Failure(detail), {
    status,
    requestId: headers.get('x-openstack-request-id') ?? undefined,
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined
  })
}
