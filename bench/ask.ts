import { request } from 'undici'

/** Milliseconds: a summary that is read one call after another takes minutes, and nothing here does that. */
const requestTimeoutMs = 60_000

/** One GET, which must be answered with 200; the milliseconds that it took, to the last byte. */
export async function timedGet (url: string, headers?: Record<string, string>) {
  const start = performance.now()
  const { statusCode, body } = await request(url, { headers, headersTimeout: requestTimeoutMs, bodyTimeout: requestTimeoutMs })
  const text = await body.text()
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}: ${text.slice(0, 500)}`)
  return { ms: performance.now() - start, text }
}
