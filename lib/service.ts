import CircuitBreaker from 'opossum'
import pLimit from 'p-limit'
import { UpstreamError } from './errors.js'
import type { Reason, Role } from './errors.js'
import { exchange } from './exchange.js'
import type { Answer, Call, ExchangeOptions, Operation } from './exchange.js'
import { waitForCall } from './waits.js'

export interface ServiceBounds extends Pick<ExchangeOptions, 'dispatcher'> {
  /** Milliseconds that a call may take in all, from when it is asked for. */
  timeout: number
  /** Calls at once. */
  connections: number
}

/** How a service does just now. */
export interface ServiceState {
  /** Calls that are under way, and that wait for their turn. */
  active: number
  waiting: number
  /** Whether it is left alone. */
  resting: boolean
  /** Second tries so far. */
  repeated: number
}

/** Who watches the services. */
export interface CallWatch {
  /** Told of a service when it is first asked, and how to look at it. */
  began: (role: Role, look: () => ServiceState) => void
  /** Told of each call, what came of it, and how many seconds it took once it had its turn. */
  ended: (role: Role, operation: Operation, outcome: 'ok' | Reason, seconds: number) => void
}

/** Calls that may wait for their turn: with 32 at once, at 20 ms each, the last one waits for a second. */
const mostWaiting = 1_600
/** Of a call's time, the share that it may wait for its turn: what has little left would fail, and be held against the service. */
const waitable = 0.5
/** Of a service's calls, the share that may be made a second time. */
const repeatable = 0.1

/** Milliseconds after which another call may try whether a service is back, where the one that tries hangs. */
const patience = 1_000
/** So few calls without an answer are enough to leave a service alone, where nothing else has come since the first: more would take long to come. */
const few = 8

/** Half of no less than 20 calls within 10 s must fail before a service is left alone; after 2 s one call tries whether it is back. */
const breaking: CircuitBreaker.Options = {
  timeout: false,
  errorThresholdPercentage: 50,
  volumeThreshold: 20,
  rollingCountTimeout: 10_000,
  resetTimeout: 2_000,
  rollingPercentilesEnabled: false,
  enableSnapshots: false,
  // Only what says that it is sick counts against it: no answer, a late one, or a 5xx. What it refuses, it does well to.
  errorFilter: ({ reason, facts }: UpstreamError) => !(reason === 'timeout' || reason === 'unreachable' || (facts.status ?? 0) >= 500)
}

/**
 * The calls to one service: no more at once than it may be worked with, no more waiting than is of use and none for longer, each with
 * a second try where that may help and not too many need one, and none for a while after it has failed again and again.
 */
export function createService (role: Role, { dispatcher, timeout, connections }: ServiceBounds, { began, ended }: CallWatch) {
  const turns = pLimit(connections)
  // What a restart drops at once may all be asked for again.
  let repeats = connections
  let repeated = 0
  const breaker = new CircuitBreaker((answer: Promise<Answer>) => answer, breaking)
  /** How often it has been left alone, and when a call last tried whether it is back. */
  let rests = 0
  let triedAt = -Infinity
  /** Calls in a row that had no answer in time. */
  let unanswered = 0
  breaker.on('open', () => { rests++ })
  began(role, () => ({ active: turns.activeCount, waiting: turns.pendingCount, resting: !breaker.closed, repeated }))

  function mayRepeat () {
    if (repeats < 1) return false
    repeats--
    repeated++
    return true
  }

  /** Whether the service is not left alone just now, or a call is to try whether it is back. */
  function mayAsk () {
    if (breaker.closed) return true
    const now = performance.now()
    if (breaker.opened || now - triedAt < patience) return false
    triedAt = now
    return true
  }

  /** Tells the breaker of a call when it has ended. What began before the service was last left alone says nothing of how it is now. */
  async function count (answer: Promise<Answer>) {
    const begun = rests
    const reason = await answer.then(() => 'ok', (err: UpstreamError) => err.reason)
    if (begun !== rests) return
    breaker.fire(answer).catch(() => {})
    unanswered = reason === 'timeout' ? unanswered + 1 : 0
    if (unanswered >= few) breaker.open()
  }

  /** A call that has its turn now, and began to wait for it at `from`. */
  async function ask (call: Call, from: number): Promise<Answer> {
    const start = performance.now()
    const end = (outcome: 'ok' | Reason) => ended(role, call.operation, outcome, (performance.now() - start) / 1000)
    try {
      if (start - from > waitable * timeout) throw busy(role)
      if (!mayAsk()) throw resting(role)
      repeats = Math.min(connections, repeats + repeatable)
      const answering = exchange(role, call, { dispatcher, end: from + timeout, mayRepeat })
      count(answering)
      const answer = await answering
      end('ok')
      return answer
    } catch (err) {
      end((err as UpstreamError).reason)
      throw err
    }
  }

  return async (call: Call): Promise<Answer> => {
    const refusal = breaker.opened ? resting(role) : turns.pendingCount >= mostWaiting ? busy(role) : undefined
    if (refusal !== undefined) {
      ended(role, call.operation, refusal.reason, 0)
      throw refusal
    }
    return await waitForCall(role, turns(ask, call, performance.now()))
  }
}

const resting = (role: Role) => new UpstreamError(role, 'resting', 'is left alone for a moment: it has failed again and again')
const busy = (role: Role) => new UpstreamError(role, 'busy', 'has too many calls waiting for it')
