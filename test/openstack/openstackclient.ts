import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'

const { CLOUD_HOME, XDG_CACHE_HOME = join(homedir(), '.cache') } = process.env

/** The `clouds.yaml` that up.sh writes; it has the clouds `admin`, `demo` and `monitor`. */
export const clientConfig = join(CLOUD_HOME ?? join(XDG_CACHE_HOME, 'openstack-cloud'), 'clouds.yaml')

/** Debian's, which up.sh installs: whatever is first on the PATH may be another one's. */
const client = '/usr/bin/openstack'

const start = (args: string[], cloud: string) => promisify(execFile)(client, args, {
  env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', OS_CLOUD: cloud, OS_CLIENT_CONFIG_FILE: clientConfig },
  maxBuffer: 2 ** 24
})

/**
 * Runs one command of openstackclient, whose arguments may be anything; answers the JSON that it writes, if
 * any.
 */
export async function openstack (args: string[], cloud = 'admin') {
  const { stdout } = await start(args, cloud)
  return stdout === '' ? undefined : JSON.parse(stdout)
}

/** Runs several commands in one process of openstackclient, since each process takes more than a second. */
export async function openstackScript (commands: string[], cloud = 'admin') {
  const started = start([], cloud)
  started.child.stdin?.end(commands.map((command) => `${command}\n`).join(''))
  return started
}

/** Asks openstackclient several things; answers the JSON of each. */
export async function ask (commands: string[], cloud = 'admin') {
  const { stdout, stderr } = await openstackScript(commands.map((command) => `${command} -f json`), cloud)
  const answers = stdout.split(
    /^(?=[[{])/m
  ).filter((text) => text.trim() !== '').map((text) => JSON.parse(text))
  if (answers.length !== commands.length) throw new Error(`openstackclient: ${stderr}`)
  return answers
}

let credentials = 0

/**
 * An application credential of a cloud's user and project, perhaps with access rules, which ends with the
 * test.
 */
export async function applicationCredential (t: Test, cloud: string, accessRules?: object[]) {
  const name = `test-${process.pid}-${credentials++}`
  const created = await openstack(
    [
      'application',
      'credential',
      'create',
      name,
      ...accessRules ? ['--access-rules', JSON.stringify(accessRules)] : [],
      '-f',
      'json'
    ],
    cloud
  )
  t.teardown(() => openstack(['application', 'credential', 'delete', created.id], cloud))
  return created as { id: string, name: string, secret: string }
}
