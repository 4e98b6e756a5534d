import { AsyncLocalStorage } from 'node:async_hooks'
import type { Trace } from './trace-context.js'
import type { Waits } from './waits.js'

/** The request that something is done for; a read for which several wait is done for the one who began it. */
export interface RequestContext {
  /** What upstreams are told to call it: our own id of it, or the one that the caller has for what it is a part of. */
  id: string
  /** The trace that it belongs to, where its caller tells of one. */
  trace?: Trace
  /** What it waits for, where that is to be told. */
  waits?: Waits
}

const contexts = new AsyncLocalStorage<RequestContext>()

/** Does something for a request, and all that comes of it. */
export const within = <Result>(context: RequestContext, work: () => Result): Result => contexts.run(context, work)

/** What is being done is for this request; `undefined` where it is for none. */
export const currentContext = () => contexts.getStore()
