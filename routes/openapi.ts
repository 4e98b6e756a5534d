import type { FastifyPluginAsync } from 'fastify'

const openapi: FastifyPluginAsync = async (app) => {
  app.get('/openapi.json', async () => app.swagger())
  app.get('/openapi.yaml', async (request, reply) => reply.type('application/yaml').send(app.swagger({ yaml: true })))
}

export default openapi
