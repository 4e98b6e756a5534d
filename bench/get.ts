import { request } from 'undici'

/** An uncached summary takes seconds; no response takes a minute. */
const requestTimeoutMs = 60_000

/**
 * Sends one GET.
 * @returns the body, and the milliseconds until its last byte
 * @throws {Error} when the status is not 200
 */
export async function timedGet (url: string, headers?: Record<string, string>) {
  const start = performance.now()
  const { statusCode, body } = await request(url, {
    headers, headersTimeout: requestTimeoutMs, bodyTimeout: requestTimeoutMs
  })
  const text = await body.text()
  if (statusCode !== 200) throw new Error(`${url} returned ${statusCode}: ${text.slice(0, 500)}`)
  return { ms: performance.now() - start, text }
}
