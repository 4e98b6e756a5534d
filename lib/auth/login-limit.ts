import { LRUCache } from 'lru-cache'

/** Logins of an address in a minute. */
const maxLogins = 10
const windowMs = 60_000
/** Addresses that are counted at once; beyond that the least recent one starts anew. */
const maxAddresses = 10_000

/**
 * Limits the logins from each address: an attacker must not guess passwords, nor lock the accounts of many
 * users.
 * @param now unix milliseconds
 * @returns a function that counts a login, and returns the seconds until the next one is allowed; 0 where
 * this one is
 */
export function createLoginLimit (now: () => number) {
  const windows = new LRUCache<string, { start: number, count: number }>({ max: maxAddresses })

  return (address: string) => {
    const found = windows.get(address)
    // A clock that was set back makes any moment an old one.
    const isCurrent = found !== undefined && Math.abs(now() - found.start) < windowMs
    const window = isCurrent ? found : { start: now(), count: 0 }
    window.count++
    windows.set(address, window)
    return window.count <= maxLogins ? 0 : Math.ceil((window.start + windowMs - now()) / 1000)
  }
}
