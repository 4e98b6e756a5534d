import { Negotiator } from '@fastify/accept-negotiator'
import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { createAnswer, encode, matches, sizeOfAnswer } from '../lib/answers.js'
import type { Encoding } from '../lib/answers.js'
import type { UpstreamError } from '../lib/errors.js'
import { createKept } from '../lib/kept.js'
import { nextLink } from '../lib/next-link.js'
import { milliseconds } from '../lib/settings.js'

/** What a handler has composed. */
export interface Composed {
  payload: object
  /** Id of the page's last entry, where more follow. */
  last?: string
  /** What could not be read. */
  failures?: UpstreamError[]
  /** Whether nothing is missing for that: what is in part is given, and not kept. */
  whole?: boolean
  /** Unix milliseconds of the oldest thing in it. */
  asOf?: number
}

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers with what is kept for a question (all that the answer depends on), or with what `compose` makes.
     * What it returns is for the handler to return: the reply, whose payload is past all schemas.
     */
    answer: (lifetime: 'SERIES_TTL' | 'INSTANCES_TTL' | 'SUMMARY_TTL', question: object, compose: () => Promise<Composed>) => Promise<never>
  }
}

/** The bytes of the answers that are kept: some 10,000 charts of 12 hours a minute. */
const bytes = 64 * 1024 * 1024

/** The answers, kept for a short time as the bytes that they are sent in, and HTTP caching by their tags and ages. */
export default fp(async (app) => {
  const { config, clock } = app
  const kept = createKept({ bytes, sizeOf: sizeOfAnswer, staleLimit: milliseconds(config, 'STALE_LIMIT') }, clock)
  const negotiator = new Negotiator({ supportedValues: ['br', 'gzip'] })

  app.decorateReply('answer', async function (this: FastifyReply, lifetime, question, compose) {
    const { request } = this
    const key = `${lifetime} ${JSON.stringify(Object.entries(question).sort())}`
    const ttl = config.CACHE === 'off' ? 0 : milliseconds(config, lifetime)
    const { value: answer, readAt } = await kept(key, { ttl, grace: ttl }, async () => {
      const { payload, last, failures = [], whole = failures.length === 0, asOf } = await compose()
      for (const err of failures) request.log.warn({ err }, 'answered in part')
      const link = last === undefined ? undefined : nextLink(request.url, last)
      return { value: createAnswer(String(this.serializeInput(payload as Record<string, unknown>, '200', 'application/json')), { link, asOf }), whole }
    })
    this.headers({
      'cache-control': `private, max-age=${ttl / 1000}`,
      age: Math.max(0, Math.floor((clock.now() - (answer.asOf ?? readAt)) / 1000)),
      etag: answer.etag,
      vary: 'accept-encoding'
    })
    if (answer.link !== undefined) this.header('link', answer.link)
    if (matches(answer.etag, request.headers['if-none-match'] ?? '')) return this.code(304).send() as never
    const { body, encoding } = await encode(answer, negotiator.negotiate(request.headers['accept-encoding'] ?? '') as Encoding | null)
    if (encoding !== undefined) this.header('content-encoding', encoding)
    return this.type('application/json; charset=utf-8').send(body) as never
  })
}, { name: 'answers', dependencies: ['config'] })
