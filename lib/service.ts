import CircuitBreaker from 'opossum'
import pLimit from 'p-limit'
import { UpstreamError } from './errors.js'
import type { Reason, Role } from './errors.js'
import { exchange } from './exchange.js'
import type { Answer, Call, ExchangeOptions, Operation } from './exchange.js'
import { waitForCall } from './waits.js'

export interface ServiceBounds extends Pick<ExchangeOptions, 'dispatcher' | 'timeout'> {
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
/** Of a service's calls, the share that may be made a second time. */
const repeatable = 0.1

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
 * The calls to one service: no more at once than it may be worked with, no more waiting than is of use, each with a second try
 * where that may help and not too many need one, and none for a while after it has failed again and again.
 */
export function createService (role: Role, { dispatcher, timeout, connections }: ServiceBounds, { began, ended }: CallWatch) {
  const turns = pLimit(connections)
  // What a restart drops at once may all be asked for again.
  let repeats = connections
  let repeated = 0
  const breaker = new CircuitBreaker((call: Call) => exchange(role, call, { dispatcher, timeout, mayRepeat }), breaking)
  began(role, () => ({ active: turns.activeCount, waiting: turns.pendingCount, resting: !breaker.closed, repeated }))

  function mayRepeat () {
    if (repeats < 1) return false
    repeats--
    repeated++
    return true
  }

  async function ask (call: Call): Promise<Answer> {
    repeats = Math.min(connections, repeats + repeatable)
    const start = performance.now()
    const end = (outcome: 'ok' | Reason) => ended(role, call.operation, outcome, (performance.now() - start) / 1000)
    try {
      const answer = await breaker.fire(call)
      end('ok')
      return answer
    } catch (err) {
      const failure = CircuitBreaker.isOurError(err as Error)
        ? new UpstreamError(role, 'resting', 'is left alone for a moment: it has failed again and again')
        : err as UpstreamError
      end(failure.reason)
      throw failure
    }
  }

  return async (call: Call): Promise<Answer> => {
    if (turns.pendingCount >= mostWaiting) {
      ended(role, call.operation, 'busy', 0)
      throw new UpstreamError(role, 'busy', 'has too many calls waiting for it')
    }
    return await waitForCall(role, turns(ask, call))
  }
}
