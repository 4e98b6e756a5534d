import fp from 'fastify-plugin'
import { createAccess } from '../lib/auth/access.js'
import type { Access } from '../lib/auth/access.js'

declare module 'fastify' {
  interface FastifyInstance {
    access: Access
  }
}

/** Who sees what. */
export default fp(async (app) => {
  app.decorate('access', createAccess(app.openstack, app.influx))
}, { name: 'access', dependencies: ['openstack', 'influx'] })
