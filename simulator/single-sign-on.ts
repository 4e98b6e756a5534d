import { keystoneError } from './login.js'
import { issueToken } from './tokens.js'
import type { Handler } from './world.js'

/** The user that each identity provider knows. */
const federatedUser = 'demo'

/**
 * Single sign-on: a page that posts an unscoped token to its origin, as Keystone's template
 * `sso_callback_template.html` does. Every page of this host is a trusted dashboard.
 */
export const signOn: Handler = (world, { query }) => {
  const origin = query.get('origin') ?? ''
  if (!/^https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?\/[\w/]*$/.test(origin)) {
    return keystoneError(401, 'Unauthorized', `${origin} is not a trusted dashboard host`)
  }
  const now = world.now()
  const { id } = issueToken(world.tokens, {
    user: world.cloud.users.find(({ name }) => name === federatedUser)!,
    methods: ['openid'],
    auditIds: [crypto.randomUUID()],
    issuedAt: now,
    expiresAt: now + world.tokenLifetime * 1000
  })
  const form = `<form id="sso" name="sso" action="${origin}" method="post">
<input type="hidden" name="token" id="token" value="${id}"/></form>
<script>window.onload = function () { document.forms['sso'].submit() }</script>`
  return { status: 200, headers: { 'content-type': 'text/html' }, body: `<!DOCTYPE html>${form}` }
}
