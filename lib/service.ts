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

/** Only what says that a service is sick counts against it: no answer, a late one, or a 5xx. What it refuses, it does well to. */
const isSick = ({ reason, facts }: UpstreamError) => reason === 'timeout' || reason === 'unreachable' || (facts.status ?? 0) >= 500

/** Half of no less than 20 calls within 10 s must fail before a service is left alone; after 2 s one call tries whether it is back. */
const breaking: CircuitBreaker.Options = {
  timeout: false,
  errorThresholdPercentage: 50,
  volumeThreshold: 20,
  rollingCountTimeout: 10_000,
  resetTimeout: 2_000,
  rollingPercentilesEnabled: false,
  enableSnapshots: false,
  errorFilter: (err: UpstreamError) => !isSick(err)
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
  const breaker = new CircuitBreaker((call: Call, end: number) => exchange(role, call, { dispatcher, end, mayRepeat }), breaking)
  began(role, () => ({ active: turns.activeCount, waiting: turns.pendingCount, resting: !breaker.closed, repeated }))

  function mayRepeat () {
    if (repeats < 1) return false
    repeats--
    repeated++
    return true
  }

  /** Tries whether a service that was left alone is back. One that hangs is not waited for by others: the fault may have ended meanwhile. */
  async function tryOut (call: Call, end: number) {
    const hung = setTimeout(() => { if (breaker.halfOpen) breaker.open() }, patience)
    try {
      const answer = await breaker.fire(call, end)
      breaker.close()
      return answer
    } catch (err) {
      if (!isSick(err as UpstreamError)) breaker.close()
      throw err
    } finally {
      clearTimeout(hung)
    }
  }

  /** A call that has its turn now, and began to wait for it at `from`. */
  async function ask (call: Call, from: number): Promise<Answer> {
    const start = performance.now()
    const end = (outcome: 'ok' | Reason) => ended(role, call.operation, outcome, (performance.now() - start) / 1000)
    try {
      if (start - from > waitable * timeout) throw busy(role)
      // Not left to the breaker, which counts what it rejects as calls: those that fail would be fewer by it.
      if (!breaker.closed && !breaker.pendingClose) {
        throw new UpstreamError(role, 'resting', 'is left alone for a moment: it has failed again and again')
      }
      repeats = Math.min(connections, repeats + repeatable)
      const answer = await (breaker.closed ? breaker.fire(call, from + timeout) : tryOut(call, from + timeout))
      end('ok')
      return answer
    } catch (err) {
      end((err as UpstreamError).reason)
      throw err
    }
  }

  return async (call: Call): Promise<Answer> => {
    if (turns.pendingCount >= mostWaiting) {
      ended(role, call.operation, 'busy', 0)
      throw busy(role)
    }
    return await waitForCall(role, turns(ask, call, performance.now()))
  }
}

const busy = (role: Role) => new UpstreamError(role, 'busy', 'has too many calls waiting for it')
