import type { FastifyPluginAsync } from 'fastify'
import { stringify } from 'yaml'

const options = { config: { public: true, listener: 'both' } } as const

const openapi: FastifyPluginAsync = async (app) => {
  app.get('/openapi.json', options, async () => app.swagger())
  app.get(
    '/openapi.yaml',
    options,
    async (request, reply) => reply.type('application/yaml').send(toYaml(app.swagger()))
  )
}

/** Readers of YAML 1.1 get the same document: to them an unquoted time or `on` is no string. */
const toYaml = (document: object) => stringify(document, { compat: 'yaml-1.1', aliasDuplicateObjects: false })

export default openapi
