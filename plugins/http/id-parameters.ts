import fp from 'fastify-plugin'
import { canonicalId } from '#lib/openstack/ids.js'

/** The parameters that hold an id. */
const names = ['projectId', 'instanceId', 'marker']

/** Converts ids to the case that OpenStack writes them in, before anything compares them. */
export default fp(async (app) => {
  app.addHook('preValidation', async ({ params, query }) => {
    for (const values of [params, query] as Array<Record<string, unknown>>) {
      for (const name of names) {
        const id = values[name]
        if (typeof id === 'string') values[name] = canonicalId(id)
      }
    }
  })
}, { name: 'id-parameters' })
