import { AsyncLocalStorage } from 'node:async_hooks'
import type { TraceContext } from './trace-context.js'

/**
 * The request on whose behalf work is done. Work that several requests share belongs to the request that
 * started it.
 */
export interface RequestContext {
  /**
   * The request id that upstreams receive: the client's global request id where it sent one, else the
   * service's own.
   */
  id: string
  /** The client's trace, where it sent one. */
  trace?: TraceContext
}

const contexts = new AsyncLocalStorage<RequestContext>()

/** Runs `work`, and everything asynchronous that it starts, in a request's context. */
export const runInContext = <Result>(context: RequestContext, work: () => Result): Result =>
  contexts.run(context, work)

/** The context of the current request; `undefined` outside of a request. */
export const currentContext = () => contexts.getStore()
