import fp from 'fastify-plugin'
import { checkHost, checkRequest, hasBody } from '#lib/http/request-checks.js'

/** Rejects malformed requests. */
export default fp(async (app) => {
  const { AUTH, ALLOW_UNAUTHENTICATED } = app.config
  // It listens on loopback then: it would not have started elsewhere. The management listener may be on any
  // address, because it serves nothing of any project.
  const isLocal = AUTH === 'none' && !ALLOW_UNAUTHENTICATED
  // Node would respond to both by itself: to one with 100, to the other without a problem.
  for (const event of ['checkContinue', 'checkExpectation']) {
    app.server.on(event, (request, response) => { app.server.emit('request', request, response) })
  }

  // A body is not read, and the connection closes with the response: an endless body costs nothing, and a
  // proxy that disagrees about its length cannot hide a request in it.
  app.addHook('onRequest', ({ raw, listener }, reply, done) => {
    if (hasBody(raw)) reply.header('connection', 'close')
    done(checkRequest(raw) ?? (isLocal && listener === 'public' ? checkHost(raw) : undefined))
  })
}, { name: 'request-checks', dependencies: ['config'] })
