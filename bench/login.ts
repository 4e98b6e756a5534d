import { request } from 'undici'

/** A token of the user's that the settings of the service name, as Keystone issues it, and where its catalog has each service. */
export async function logIn (env: Record<string, string>) {
  const user = { name: env.OS_USERNAME, password: env.OS_PASSWORD, domain: { name: env.OS_USER_DOMAIN_NAME } }
  const project = { name: env.OS_PROJECT_NAME, domain: { name: env.OS_PROJECT_DOMAIN_NAME } }
  const { statusCode, headers, body } = await request(`${env.OS_AUTH_URL}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } }, scope: { project } } })
  })
  if (statusCode !== 201) throw new Error(`Keystone answered ${statusCode}`)
  const { token: { catalog } } = await body.json() as { token: { catalog: Array<{ type: string, endpoints: Array<{ url: string }> }> } }
  const endpoints: Record<string, string> = Object.fromEntries(catalog.map(({ type, endpoints }) => [type, endpoints[0]!.url]))
  return { token: String(headers['x-subject-token']), endpoints }
}
