import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { startService } from '#test/support/service.js'
import { createJudge } from './judge.js'
import { request } from './requests.js'
import { bounds, count, seed } from './settings.js'

t.setTimeout(bounds.interruptAfterTimeLimit + 30_000)

t.test(`${count} requests of every kind are answered as the document tells`, async (t) => {
  const { app } = await startService(t, { env: { ALLOW_UNAUTHENTICATED: 'true' } })
  const judge = createJudge((await app.inject('/openapi.json')).json())
  const seen: Record<string, number> = {}
  const started = Date.now()

  await fc.assert(fc.asyncProperty(request, async ({ method, url, headers, payload, expected }) => {
    const { pathname, search } = new URL(
      url.startsWith('//') ? `http://localhost${url}` : url, 'http://localhost'
    )
    const answer = await app.inject({ method: method as InjectOptions['method'], url, headers, payload })
    const { statusCode, headers: answered } = answer
    const body = decode(answer.rawPayload, answered['content-encoding'])
    const verdict = judge(
      { method, url: `${pathname}${search}`, expected }, { statusCode, headers: answered, body }
    )
    if (verdict !== undefined) {
      throw new Error(`${verdict}\n${method} ${pathname}${search}\n${body.slice(0, 1000)}`)
    }
    seen[answer.statusCode] = (seen[answer.statusCode] ?? 0) + 1
  }), { ...bounds, numRuns: count })

  t.comment(
    `seed ${seed}, ${Math.round((Date.now() - started) / 1000)} s, answers by status: ${JSON.stringify(seen)}`
  )
  for (const [status, share] of Object.entries({ 200: 0.08, 400: 0.4, 404: 0.05 })) {
    t.ok(seen[status]! > share * count, `${seen[status]} answers are ${status}`)
  }
})

/** The text of a body in whichever encoding it was sent. */
function decode (payload: Buffer, encoding: unknown) {
  if (payload.length === 0 || encoding === undefined) return payload.toString()
  return (encoding === 'br' ? brotliDecompressSync(payload) : gunzipSync(payload)).toString()
}
