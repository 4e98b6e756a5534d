import { request } from 'undici'

/**
 * Logs in to Keystone.
 * @param env the settings of the service, which name the user and the project
 * @returns a token
 */
export async function logIn (env: Record<string, string>): Promise<string> {
  const user = { name: env.OS_USERNAME, password: env.OS_PASSWORD, domain: { name: env.OS_USER_DOMAIN_NAME } }
  const project = { name: env.OS_PROJECT_NAME, domain: { name: env.OS_PROJECT_DOMAIN_NAME } }
  const { statusCode, headers, body } = await request(`${env.OS_AUTH_URL}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: { identity: { methods: ['password'], password: { user } }, scope: { project } }
    })
  })
  await body.dump()
  if (statusCode !== 201) throw new Error(`Keystone returned ${statusCode}`)
  return String(headers['x-subject-token'])
}
