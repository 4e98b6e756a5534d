import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const { CLOUD_HOME, XDG_CACHE_HOME = join(homedir(), '.cache') } = process.env

/** The `clouds.yaml` that up.sh writes, with the clouds `admin`, `demo` and `monitor`. */
export const clientConfig = join(CLOUD_HOME ?? join(XDG_CACHE_HOME, 'openstack-cloud'), 'clouds.yaml')

/** Debian's client, which up.sh installs. The first one on the PATH may be another version. */
const client = '/usr/bin/openstack'

const run = (args: string[], cloud: string) => promisify(execFile)(client, args, {
  env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', OS_CLOUD: cloud, OS_CLIENT_CONFIG_FILE: clientConfig },
  maxBuffer: 2 ** 24
})

/**
 * Runs one command of openstackclient with arbitrary arguments.
 * @returns its JSON output, if there is any
 */
export async function openstack (args: string[], cloud = 'admin') {
  const { stdout } = await run(args, cloud)
  return stdout === '' ? undefined : JSON.parse(stdout)
}

/** Runs several commands in one process of openstackclient, since each process takes more than a second. */
export async function openstackScript (commands: string[], cloud = 'admin') {
  const running = run([], cloud)
  running.child.stdin?.end(commands.map((command) => `${command}\n`).join(''))
  return running
}

/**
 * Runs several commands in one process of openstackclient.
 * @returns the JSON output of each
 */
export async function openstackJson (commands: string[], cloud = 'admin') {
  const { stdout, stderr } = await openstackScript(commands.map((command) => `${command} -f json`), cloud)
  const documents = stdout.split(/^(?=[[{])/m).filter((text) => text.trim() !== '')
  if (documents.length !== commands.length) throw new Error(`openstackclient: ${stderr}`)
  return documents.map((text) => JSON.parse(text))
}
