import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { startService } from '#test/support/service.js'
import { documentedRequest } from './documented-requests.js'
import { request } from './requests.js'
import { createResponseCheck } from './response-check.js'
import { count, runLimits, seed } from './settings.js'

t.setTimeout(runLimits.interruptAfterTimeLimit + 30_000)

t.test(`${count} requests of every kind get documented responses`, async (t) => {
  const { app } = await startService(t, { env: { ALLOW_UNAUTHENTICATED: 'true' } })
  const document = (await app.inject('/openapi.json')).json()
  const check = createResponseCheck(document)
  const anyRequest = fc.oneof(
    { weight: 4, arbitrary: request }, { weight: 1, arbitrary: documentedRequest(document) }
  )
  const statuses: Record<string, number> = {}
  const started = Date.now()

  await fc.assert(fc.asyncProperty(anyRequest, async ({ method, url, headers, payload, expected }) => {
    const absolute = url.startsWith('//') ? `http://localhost${url}` : url
    const { pathname, search } = new URL(absolute, 'http://localhost')
    const response = await app.inject({ method: method as InjectOptions['method'], url, headers, payload })
    const { statusCode, headers: received } = response
    const body = decode(response.rawPayload, received['content-encoding'])
    const normalized = `${pathname}${search}`
    const error = check({ method, url: normalized, expected }, { statusCode, headers: received, body })
    if (error !== undefined) throw new Error(`${error}\n${method} ${normalized}\n${body.slice(0, 1000)}`)
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1
  }), { ...runLimits, numRuns: count })

  const seconds = Math.round((Date.now() - started) / 1000)
  t.comment(`seed ${seed}, ${seconds} s, responses by status: ${JSON.stringify(statuses)}`)
  for (const [status, share] of Object.entries({ 200: 0.08, 400: 0.4, 404: 0.05 })) {
    t.ok(statuses[status]! > share * count, `${statuses[status]} responses have the status ${status}`)
  }
})

/** Decompresses a body. */
function decode (payload: Buffer, encoding: unknown) {
  if (payload.length === 0 || encoding === undefined) return payload.toString()
  return (encoding === 'br' ? brotliDecompressSync(payload) : gunzipSync(payload)).toString()
}
