import fp from 'fastify-plugin'
import { checkHost, hasBody, checkRequest } from '#lib/http/request-checks.js'

/** The form that every request must have. */
export default fp(async (app) => {
  const { AUTH, ALLOW_UNAUTHENTICATED } = app.config
  // Then it listens on loopback: it would not have started elsewhere.
  const isLocal = AUTH === 'none' && !ALLOW_UNAUTHENTICATED
  // Node would answer both by itself: the one with leave to send a body, the other with a refusal that is no problem.
  for (const event of ['checkContinue', 'checkExpectation']) {
    app.server.on(event, (request, response) => { app.server.emit('request', request, response) })
  }
  // No route takes a body. What is sent all the same is not read, and the connection ends with the answer: so an endless body
  // costs nothing, and where a proxy takes a part of a body for a request, or the reverse, nothing is answered to it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request, payload, done) => done(null))

  app.addHook('onRequest', ({ raw }, reply, done) => {
    if (hasBody(raw)) reply.header('connection', 'close')
    done(checkRequest(raw) ?? (isLocal ? checkHost(raw) : undefined))
  })
}, { name: 'request-checks', dependencies: ['config'] })
