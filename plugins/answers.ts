import { Negotiator } from '@fastify/accept-negotiator'
import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { createAnswer, encode, encodingFor, matches, sizeOfAnswer } from '../lib/answers.js'
import type { Answer, Encoding } from '../lib/answers.js'
import { keyOf } from '../lib/auth/scope.js'
import { tokenHeaders } from '../lib/auth/token.js'
import type { UpstreamError } from '../lib/errors.js'
import { createKept } from '../lib/kept.js'
import type { CacheState, Dated } from '../lib/kept.js'
import { nextLink } from '../lib/next-link.js'
import { answerForm } from '../lib/redis/form.js'
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
    /** How the answer was come by, where it may be kept. */
    cacheState: CacheState | undefined
    /**
     * Answers with what is kept for a question (all that the answer depends on, but who asks), or with what `compose` makes.
     * What it returns is for the handler to return: the reply, whose payload is past all schemas.
     */
    answer: (lifetime: Lifetime, question: object, compose: () => Promise<Composed>) => Promise<never>
  }
}

type Lifetime = 'SERIES_TTL' | 'INSTANCES_TTL' | 'SUMMARY_TTL'

/** The bytes of the answers that are kept: some 3,700 charts of an hour by the minute, or 370 of 12 hours. */
const bytes = 20 * 1024 * 1024
/** The bytes of the URLs that are known to ask for them, each by those of one scope. */
const urlBytes = 4 * 1024 * 1024

/** The answers, kept for a short time as the bytes that they are sent in, and HTTP caching by their tags and ages. */
export default fp(async (app) => {
  const { config, clock, telemetry } = app
  const staleLimit = milliseconds(config, 'STALE_LIMIT')
  const kept = createKept({ bytes, sizeOf: sizeOfAnswer, staleLimit }, clock, app.share('answers', answerForm))
  const askedBy = new LRUCache<string, { key: string, ttl: number }>({ maxSize: urlBytes, sizeCalculation: ({ key }, url) => url.length + key.length })
  const vary = ['accept-encoding', ...config.AUTH === 'keystone' ? tokenHeaders : []].join(', ')
  const negotiator = new Negotiator({ supportedValues: ['br', 'gzip'] })

  telemetry.cache('answers', kept.counts)

  // After all that may refuse a request: a URL that has been answered is not parsed, validated and understood again while its answer is fresh.
  // All others go on in their request's context.
  app.addHook('onRequest', (request, reply, done) => {
    const asked = askedBy.get(wordsOf(request))
    const held = asked && kept.fresh(asked.key, asked.ttl)
    if (held === undefined || request.is404) return request.within(done)
    send(reply, held, asked!.ttl, 'hit')
  })

  app.decorateReply('cacheState', undefined)
  app.decorateReply('answer', async function (this: FastifyReply, lifetime, question, compose) {
    const { request } = this
    const scope = keyOf(request.scope)
    const key = `${scope} ${lifetime} ${JSON.stringify(Object.entries(question).sort())}`
    const ttl = config.CACHE === 'off' ? 0 : milliseconds(config, lifetime)
    const held = await kept.get(key, { ttl, grace: ttl }, async (before) => {
      const { payload, last, failures = [], whole = failures.length === 0, asOf } = await compose()
      for (const err of failures) {
        telemetry.failed(err, whole ? 'kept' : 'part')
        request.log.warn({ err }, whole ? 'answered by what was kept' : 'answered in part')
      }
      const link = last === undefined ? undefined : nextLink(request.url, last)
      const value = createAnswer(String(this.serializeInput(payload as Record<string, unknown>, '200', 'application/json')), scope, { link, asOf, before })
      // What old facts stand in for is no younger than they are.
      return { value, whole, until: failures.length > 0 && asOf !== undefined ? asOf + staleLimit : undefined }
    })
    askedBy.set(wordsOf(request), { key, ttl })
    return send(this, held, ttl, held.state) as never
  })

  /** Sends an answer, at once where nothing has to be compressed first. */
  function send (reply: FastifyReply, { value: answer, readAt }: Dated<Answer>, ttl: number, state: CacheState) {
    const { headers } = reply.request
    reply.cacheState = state
    reply.header('cache-control', `private, max-age=${ttl / 1000}`)
    reply.header('age', Math.max(0, Math.floor((clock.now() - (answer.asOf ?? readAt)) / 1000)))
    reply.header('etag', answer.etag)
    reply.header('vary', vary)
    if (answer.link !== undefined) reply.header('link', answer.link)
    if (headers['if-none-match'] !== undefined && matches(answer.etag, headers['if-none-match'])) return reply.code(304).send()
    reply.type('application/json; charset=utf-8')
    const encoding = encodingFor(answer, negotiator.negotiate(headers['accept-encoding'] ?? '') as Encoding | null)
    if (encoding === null) return reply.send(answer.body)
    reply.header('content-encoding', encoding)
    encode(answer, encoding).then((body) => reply.send(body), (err) => reply.send(err))
    return reply
  }
}, { name: 'answers', dependencies: ['config', 'redis', 'auth', 'request-context'] })

/** A question as it was asked, and by whom. */
const wordsOf = ({ scope, url }: FastifyRequest) => `${keyOf(scope)} ${url}`
