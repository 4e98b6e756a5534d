import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pageHeaders } from '#lib/http/security-headers.js'

/** The built page: `npm run build` writes it beside the compiled service. */
const root = join(import.meta.dirname, '../web')

/** Browsers cache a file under /ui/assets/ for a year: its name contains a hash of its content. */
const yearMs = 365 * 24 * 3600 * 1000

/**
 * Serves the page at /ui/, to which / leads. It is the same for every caller and holds nothing of any
 * project, so it needs no token, and does not count for the limits.
 */
export default fp(async (app) => {
  if (app.config.UI === 'off') return
  await app.register(async (ui) => {
    await ui.register(fastifyStatic, { root, serve: false, preCompressed: true })
    ui.addHook('onRoute', (route) => { route.config = { ...route.config, public: true, limited: false } })
    ui.addHook('onRequest', async (request, reply) => { reply.headers(pageHeaders) })

    ui.get('/', async (request, reply) => reply.redirect('/ui/'))
    ui.get('/ui/assets/:name', async ({ params }: FastifyRequest<{ Params: { name: string } }>, reply) =>
      reply.sendFile(`assets/${params.name}`, { immutable: true, maxAge: yearMs }))
    ui.get('/ui/session/*', async (request, reply) => reply.callNotFound())
    // Each other path is one of the page's own screens.
    for (const url of ['/ui', '/ui/*']) ui.get(url, sendIndex)
  })
}, { name: 'ui', dependencies: ['config', 'methods'] })

async function sendIndex (request: FastifyRequest, reply: FastifyReply) {
  return reply.header('cache-control', 'no-cache').sendFile('index.html', { cacheControl: false })
}
