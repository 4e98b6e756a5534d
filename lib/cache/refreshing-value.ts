/** How long a kept value serves, in unix milliseconds: from `renew` on it is read again behind the callers' backs, from `gone` on they wait. */
export interface Times {
  renew: number
  gone: number
}

export interface Clock {
  /** Unix milliseconds. */
  now: () => number
  /** Told of a renewal behind the callers' backs that failed: they still have what is in hand. */
  onBackgroundError: (err: unknown) => void
}

export interface Keep<T> {
  /** The value in hand, or the one that is being read: one read for all who wait. */
  get (): Promise<T>
  /**
   * Another value in place of this one, which may be bad: the one in hand where that is another by now, else one that is read. This one is in hand
   * until that is there, and where it cannot be read.
   */
  replace (value: T): Promise<T>
}

/** Milliseconds between a renewal that failed and the next try. */
const pause = 5_000

/**
 * Keeps one value that is dear to read (a token, a version, a list of ids).
 * A renewal that fails leaves the value in hand until it is gone, and is told to the clock's `failed`.
 */
export function keep<T> (
  read: () => Promise<T>,
  times: (value: T, fetchedAt: number) => Times,
  { now, onBackgroundError }: Clock
): Keep<T> {
  let held: { value: T, fetchedAt: number } & Times | undefined
  let reading: Promise<T> | undefined

  async function renew () {
    const fetchedAt = now()
    try {
      const value = await read()
      held = { value, fetchedAt, ...times(value, fetchedAt) }
      return value
    } finally {
      reading = undefined
    }
  }

  function readNow () {
    reading ??= renew()
    return reading
  }

  function get () {
    if (held === undefined || now() >= held.gone) return readNow()
    // Where the clock was set back, nobody knows how old it is.
    if ((now() >= held.renew || now() < held.fetchedAt) && reading === undefined) {
      held.fetchedAt = now()
      held.renew = held.fetchedAt + pause
      reading = renew()
      reading.catch(onBackgroundError)
    }
    return Promise.resolve(held.value)
  }

  return { get, replace: (value) => held?.value === value ? readNow() : get() }
}
