import Fastify from 'fastify'
import { request } from 'undici'

// The fastest possible Fastify server: one route, no log, no hooks. It sends the bytes that it reads from
// SOURCE once, at its start.
const { statusCode, headers, body } = await request(process.env.SOURCE!)
const bytes = Buffer.from(await body.arrayBuffer())
if (statusCode !== 200) throw new Error(`${process.env.SOURCE} returned ${statusCode}: ${bytes}`)
const type = String(headers['content-type'])

const app = Fastify()
app.get('/', (_request, reply) => { reply.type(type).send(bytes) })
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
