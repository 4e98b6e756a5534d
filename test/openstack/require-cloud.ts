import { access } from 'node:fs/promises'
import { clientConfig, openstackJson } from './openstackclient.js'

/**
 * Imported before the suite runs. Without a seeded cloud the process exits with one line that explains how
 * to start it.
 */
try {
  await access(clientConfig)
  const [servers] = await openstackJson(['server list --all-projects'])
  if (!servers.some(({ Name }: { Name: string }) => Name === 'demo-broken-1')) {
    throw new Error('it has no seeded servers')
  }
} catch (err) {
  const { stderr, message } = err as Error & { stderr?: string }
  const [reason] = (stderr || message).split('\n')
  console.error(
    `No OpenStack to test against: run test/openstack/up.sh and test/openstack/seed.sh first (${reason})`
  )
  process.exit(1)
}
