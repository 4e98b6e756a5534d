import fp from 'fastify-plugin'
import { createAuthorizer } from '#lib/auth/authorize.js'
import type { Authorizer } from '#lib/auth/authorize.js'

declare module 'fastify' {
  interface FastifyInstance {
    authorization: Authorizer
  }
}

/** Decides what each caller sees. */
export default fp(async (app) => {
  app.decorate('authorization', createAuthorizer(app.openstack, app.metrics))
}, { name: 'authorization', dependencies: ['metrics', 'openstack'] })
