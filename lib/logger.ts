/** Where a secret would stand, if anything that is logged had one. */
const secrets = ['password', 'secret', 'token', 'authorization', '["x-auth-token"]', '["x-subject-token"]']

/** How the service logs: JSON lines on stdout, secrets taken out. Nothing is logged that has one; this is the second lock. */
export const logger = {
  level: 'info',
  redact: secrets.flatMap((name) => name.startsWith('[') ? [`headers${name}`, `*.headers${name}`] : [name, `*.${name}`, `*.*.${name}`])
}
