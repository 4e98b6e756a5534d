import type { FastifyPluginAsync } from 'fastify'

/**
 * The session of a user that signs in at the page, and the only routes with a body. They are the page's own:
 * the OpenAPI document leaves them out.
 */
const routes: FastifyPluginAsync = async (app) => {
  const { session, config: { AUTH, UI } } = app
  if (UI === 'off') return
  const methods = AUTH === 'keystone' ? ['GET', 'HEAD', 'POST', 'DELETE'] : undefined
  app.addHook('onRequest', session.check)

  app.get('/session', { config: { public: true, limited: false, methods } }, session.show)
  if (AUTH !== 'keystone') return

  app.post('/session', { config: { public: true, session: 'login' } }, session.signIn)
  app.delete('/session', { config: { public: true, session: 'change' } }, session.signOut)
  app.get('/session/scopes', { config: { public: true } }, session.scopes)
  app.put(
    '/session/scope', { config: { public: true, session: 'change', methods: ['PUT'] } }, session.rescope
  )
  app.post<{ Params: { id: string } }>(
    '/session/websso/:id',
    { config: { public: true, session: 'change', methods: ['POST'] } },
    session.startSignOn
  )
  app.post(
    '/session/websso',
    { config: { public: true, session: 'callback', methods: ['POST'] } },
    session.finishSignOn
  )
}

export default routes
