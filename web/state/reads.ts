import { computed, effect, signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Failure } from '../lib/api.js'
import type { Answer } from '../lib/api.js'
import { isOld, parseInterval, waitAfterFailure, waitAfterSuccess } from '../lib/refresh.js'
import { clock } from './clock.js'
import { params } from './router.js'
import { sessionEnded } from './session.js'

export type AskOptions = { signal: AbortSignal, cache: RequestCache }
export type Ask<T> = (options: AskOptions) => Promise<Answer<T>>

/** Data as they are shown. */
export interface Shown<T> extends Answer<T> {
  /** The request: another one than the current key until the newer response arrives. */
  key: string
  /** Browser time of the oldest fact, in ms. */
  oldestAt: number
}

/** Seconds between reads; 0 where the user reads by hand. */
export const interval = computed(() => parseInterval(params.value.get('refresh')))

/** Reads of the screen that is open, in order. */
const active = signal<ReadonlyArray<Read<unknown>>>([])

/**
 * Something that is read again and again. One request of it runs at a time: a newer one aborts it, and data
 * stay while a read fails.
 */
export class Read<T> {
  shown = signal<Shown<T> | undefined>(undefined)
  failure = signal<Failure | undefined>(undefined)
  /** Browser time of the next read, in ms, after a failure. */
  retryAt = signal<number | undefined>(undefined)
  reading = signal(false)
  private failures = 0
  private dueAt: number | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private controller: AbortController | undefined
  private ask: Ask<T> | undefined
  private key = ''

  start (key: string, ask: Ask<T>) {
    this.key = key
    this.ask = ask
    this.failures = 0
    active.value = [...active.peek().filter((read) => read !== this), this as Read<unknown>]
    this.run()
  }

  stop () {
    this.controller?.abort()
    clearTimeout(this.timer)
    this.ask = undefined
    active.value = active.peek().filter((read) => read !== this)
  }

  /** Reads now. `no-cache` asks the service even where the browser's own copy is fresh. */
  run = async (cache: RequestCache = 'default') => {
    const { ask, key } = this
    if (ask === undefined) return
    clearTimeout(this.timer)
    this.controller?.abort()
    const controller = this.controller = new AbortController()
    this.reading.value = true
    try {
      const answer = await ask({ signal: controller.signal, cache })
      if (controller.signal.aborted) return
      this.failures = 0
      this.failure.value = undefined
      this.retryAt.value = undefined
      this.shown.value = { ...answer, key, oldestAt: Date.now() - answer.age * 1000 }
      this.reading.value = false
      this.schedule(waitAfterSuccess(interval.peek(), answer))
    } catch (err) {
      if (controller.signal.aborted) return
      const failure = err instanceof Failure ? err : new Failure((err as Error).message)
      this.reading.value = false
      this.failure.value = failure
      if (failure.status === 401) sessionEnded()
      // These do not change by themselves.
      const final = [400, 401, 403, 404].includes(failure.status ?? 0)
      const wait = final ? null : waitAfterFailure(++this.failures, failure.retryAfter, Math.random())
      this.retryAt.value = wait === null ? undefined : Date.now() + wait * 1000
      this.schedule(wait)
    }
  }

  /** Plans the next read, also for when the page is seen again. */
  private schedule (wait: number | null) {
    clearTimeout(this.timer)
    this.dueAt = wait === null ? undefined : Date.now() + wait * 1000
    if (wait !== null) this.timer = setTimeout(() => this.runIfDue(), wait * 1000)
  }

  runIfDue () {
    if (!document.hidden && this.dueAt !== undefined && Date.now() >= this.dueAt - 50) this.run()
  }

  /** The user chose another interval. */
  reschedule () {
    const shown = this.shown.peek()
    if (this.failure.peek() !== undefined || shown === undefined) return
    const age = (Date.now() - shown.oldestAt) / 1000
    const wait = waitAfterSuccess(interval.peek(), { age, maxAge: shown.maxAge })
    this.schedule(wait === null ? null : Math.max(1, wait - age))
  }
}

/**
 * Reads something while the component is there.
 * @param key the request as text: another key reads anew; null reads nothing
 */
export function useRead<T> (key: string | null, ask: Ask<T>): Read<T> {
  const read = useMemo(() => new Read<T>(), [])
  useEffect(() => {
    if (key === null) return
    read.start(key, ask)
    return () => read.stop()
  }, [key])
  return read
}

export const refreshAll = () => active.peek().forEach((read) => read.run('no-cache'))
const eachRead = (act: (read: Read<unknown>) => void) => active.peek().forEach(act)

document.addEventListener('visibilitychange', () => eachRead((read) => read.runIfDue()))
addEventListener('online', () => eachRead((read) => { if (read.failure.peek() !== undefined) read.run() }))
effect(() => {
  if (interval.value >= 0) eachRead((read) => read.reschedule())
})

/** How fresh the screen is: its oldest data, and whether something fails. */
export const freshness = computed(() => {
  const reads = active.value
  if (reads.length === 0) return { state: 'none' } as const
  const shown = reads.flatMap(({ shown: { value } }) => value ?? [])
  const failing = reads.some(({ failure: { value } }) => value !== undefined)
  if (shown.length === 0) return { state: failing ? 'failing' : 'reading' } as const
  const oldest = shown.reduce((a, b) => a.oldestAt <= b.oldestAt ? a : b)
  const age = Math.max(0, (clock.value - oldest.oldestAt) / 1000)
  // Old when it arrived, or the reads since then did not happen.
  const missed = interval.value > 0 && age - oldest.age > 2 * Math.max(interval.value, oldest.maxAge)
  const old = missed || isOld(oldest.age, oldest.maxAge)
  return { state: failing ? 'failing' : old ? 'old' : 'fresh', age } as const
})
