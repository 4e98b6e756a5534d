import { createHash } from 'node:crypto'

/**
 * The namespace of a process's keys: a hash of all facts that its responses depend on beside the request.
 * Processes with equal facts share their cached values; others may use the same Redis without reading them.
 * @param facts plain data; passwords, secrets and the userinfo of URLs do not count
 */
export function keyNamespace (facts: object) {
  return createHash('sha256').update(JSON.stringify(facts, withoutSecrets)).digest('base64url')
}

function withoutSecrets (name: string, value: unknown) {
  if (typeof value !== 'string') return value
  return name === 'password' || name === 'secret' ? undefined : value.replace(/\/\/[^/?#]*@/, '//')
}
