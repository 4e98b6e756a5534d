import { access } from 'node:fs/promises'
import { ask, clientConfig } from './openstackclient.js'

/** Runs before the suite: without a seeded cloud it ends here, with one line that says what to do. */
try {
  await access(clientConfig)
  const [servers] = await ask(['server list --all-projects'])
  if (!servers.some(({ Name }: { Name: string }) => Name === 'demo-broken-1')) {
    throw new Error('it has no seeded servers')
  }
} catch (err) {
  const { stderr, message } = err as Error & { stderr?: string }
  const [reason] = (stderr || message).split('\n')
  console.error(
    `No OpenStack to test against: run test/openstack/up.sh and test/openstack/seed.sh first (${reason})`
  )
  process.exitCode = 1
}
