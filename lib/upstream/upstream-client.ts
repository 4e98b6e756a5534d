import CircuitBreaker from 'opossum'
import pLimit from 'p-limit'
import { UpstreamError } from '#lib/errors.js'
import type { FailureReason, UpstreamName } from '#lib/errors.js'
import { sendRequest } from './request.js'
import type { RequestOptions, UpstreamRequest, UpstreamResponse } from './request.js'

export interface UpstreamClientOptions extends Pick<RequestOptions, 'dispatcher' | 'requestIdHeader'> {
  /** Milliseconds that a request may take in all, its time in the queue included. */
  timeout: number
  /** The concurrency limit: requests in flight at once. */
  connections: number
}

/** The present state of a client. */
export interface UpstreamClientStats {
  /** Requests in flight. */
  active: number
  /** Requests in the queue. */
  queued: number
  circuitOpen: boolean
  /** Retries so far. */
  retries: number
}

export type Outcome = 'ok' | FailureReason

export interface UpstreamObserver {
  /** Called at a client's creation, with a function that reads its state. */
  clientCreated: (upstream: UpstreamName, stats: () => UpstreamClientStats) => void
  /** Called at the end of each request, with the seconds that it took after it left the queue. */
  requestCompleted: (upstream: UpstreamName, operation: string, outcome: Outcome, seconds: number) => void
}

/** Longest queue: with 32 requests at once of 20 ms each, the last one waits for a second. */
const maxQueued = 1_600
/**
 * Share of its time that a request may spend in the queue: with less left it would time out, and count as a
 * failure.
 */
const queueTimeShare = 0.5
/** Share of an upstream's requests that may be retried. */
const retryShare = 0.1

/** Milliseconds after which another request probes an upstream whose last probe hangs. */
const probeIntervalMs = 1_000
/**
 * Consecutive timeouts that open the circuit: with few requests at once, the error rate alone would take too
 * long.
 */
const timeoutThreshold = 8

/**
 * The circuit opens when half of at least 20 requests within 10 s fail; after 2 s one request probes the
 * upstream.
 */
const breakerOptions: CircuitBreaker.Options = {
  timeout: false,
  errorThresholdPercentage: 50,
  volumeThreshold: 20,
  rollingCountTimeout: 10_000,
  resetTimeout: 2_000,
  rollingPercentilesEnabled: false,
  enableSnapshots: false,
  // Only signs of an unhealthy upstream count: no response, a late one, or a 5xx. A rejected request is no
  // such sign.
  errorFilter: ({ reason, details }: UpstreamError) =>
    !(reason === 'timeout' || reason === 'unreachable' || (details.status ?? 0) >= 500)
}

/**
 * The client of one upstream: a concurrency limit with a bounded queue, a deadline, one retry from a budget,
 * and a circuit breaker.
 */
export function createUpstreamClient (
  upstream: UpstreamName,
  { dispatcher, requestIdHeader, timeout, connections }: UpstreamClientOptions,
  { clientCreated, requestCompleted }: UpstreamObserver
) {
  const limit = pLimit(connections)
  // A full budget covers every request that a restart of the upstream drops at once.
  let retryBudget = connections
  let retries = 0
  const breaker = new CircuitBreaker((response: Promise<UpstreamResponse>) => response, breakerOptions)
  /** How often the circuit has opened. */
  let openings = 0
  let probedAt = -Infinity
  let consecutiveTimeouts = 0
  /** The end of the time for which the upstream accepts no requests, in ms of `performance.now()`. */
  let pausedUntil = -Infinity
  breaker.on('open', () => { openings++ })
  clientCreated(upstream, () => ({
    active: limit.activeCount, queued: limit.pendingCount, circuitOpen: !breaker.closed, retries
  }))

  /** Why no request is sent now; a closed circuit, or one that is probed, is no reason. */
  function findRejection () {
    const retryAfter = Math.ceil((pausedUntil - performance.now()) / 1000)
    if (retryAfter > 0) return paused(upstream, retryAfter)
    return breaker.opened ? circuitOpen(upstream) : undefined
  }

  function takeRetry () {
    if (retryBudget < 1) return false
    retryBudget--
    retries++
    return true
  }

  /** Whether the circuit is closed, or this request is the probe. */
  function mayPass () {
    if (breaker.closed) return true
    const now = performance.now()
    if (breaker.opened || now - probedAt < probeIntervalMs) return false
    probedAt = now
    return true
  }

  /**
   * Reports a request to the breaker at its end, and pauses the upstream where it accepts no requests. One
   * that began before the circuit last opened says nothing of the upstream's health.
   */
  async function record (response: Promise<UpstreamResponse>) {
    const begunAt = openings
    const failure = await response.then(() => undefined, (err: UpstreamError) => err)
    const { retryAfter = 0 } = failure?.details ?? {}
    pausedUntil = Math.max(pausedUntil, performance.now() + 1000 * retryAfter)
    if (begunAt !== openings) return
    breaker.fire(response).catch(() => {})
    consecutiveTimeouts = failure?.reason === 'timeout' ? consecutiveTimeouts + 1 : 0
    if (consecutiveTimeouts >= timeoutThreshold) breaker.open()
  }

  /** Sends a request that has left the queue. */
  async function send (call: UpstreamRequest, queuedAt: number): Promise<UpstreamResponse> {
    const start = performance.now()
    const completed = (outcome: Outcome) =>
      requestCompleted(upstream, call.operation, outcome, (performance.now() - start) / 1000)
    try {
      if (start - queuedAt > queueTimeShare * timeout) throw queueFull(upstream)
      const rejection = findRejection()
      if (rejection !== undefined) throw rejection
      if (!mayPass()) throw circuitOpen(upstream)
      retryBudget = Math.min(connections, retryBudget + retryShare)
      const responding = sendRequest(upstream, call, {
        dispatcher, requestIdHeader, deadline: queuedAt + timeout, takeRetry
      })
      record(responding)
      const response = await responding
      completed('ok')
      return response
    } catch (err) {
      completed((err as UpstreamError).reason)
      throw err
    }
  }

  return async (call: UpstreamRequest): Promise<UpstreamResponse> => {
    const rejection = findRejection() ??
      (limit.pendingCount >= maxQueued ? queueFull(upstream) : undefined)
    if (rejection !== undefined) {
      requestCompleted(upstream, call.operation, rejection.reason, 0)
      throw rejection
    }
    return await limit(send, call, performance.now())
  }
}

const circuitOpen = (upstream: UpstreamName) =>
  new UpstreamError(upstream, 'circuit-open', 'is temporarily not called after repeated failures')
const paused = (upstream: UpstreamName, retryAfter: number) =>
  new UpstreamError(upstream, 'unavailable', 'accepts no requests for now', { retryAfter })
const queueFull = (upstream: UpstreamName) =>
  new UpstreamError(upstream, 'queue-full', 'has too many queued requests')
