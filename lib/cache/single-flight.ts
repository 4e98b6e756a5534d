/**
 * Coalesces concurrent calls: while one is in flight for a key, further calls share its promise. A caller
 * that no longer waits does not end it.
 */
export function createSingleFlight<T> () {
  const inFlight = new Map<string, Promise<T>>()
  return {
    has: (key: string) => inFlight.has(key),
    run (key: string, work: () => Promise<T>) {
      const remove = () => { inFlight.delete(key) }
      let promise = inFlight.get(key)
      if (promise === undefined) {
        promise = work()
        inFlight.set(key, promise)
        // Before any caller goes on; `finally` would do that with three promises more.
        promise.then(remove, remove)
      }
      return promise
    }
  }
}
