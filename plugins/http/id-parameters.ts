import fp from 'fastify-plugin'
import { canonicalId } from '#lib/openstack/ids.js'

/** The parameters that hold an id, or several with commas between them. */
const names = ['projectId', 'instanceId', 'marker', 'instances']

/** Converts ids to the case that OpenStack writes them in, before anything compares them. */
export default fp(async (app) => {
  app.addHook('preValidation', async ({ params, query }) => {
    for (const values of [params, query] as Array<Record<string, unknown>>) {
      for (const name of names) {
        const ids = values[name]
        if (typeof ids === 'string') values[name] = ids.split(',').map(canonicalId).join(',')
      }
    }
  })
}, { name: 'id-parameters' })
