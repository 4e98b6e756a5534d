import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { cloudCases, environmentOf, expectedOf } from '#test/support/cloud-cases.js'
import type { CloudCase, Folder, Reading } from '#test/support/cloud-cases.js'
import { root } from '#test/support/root.js'

const folders = t.testdir({})

/** Writes the files of a case, and returns what the script needs to read it. */
function prepare (cloudCase: CloudCase, number: number) {
  const folder = join(folders, String(number))
  write(folder, cloudCase.files ?? {})
  const env = { HOME: homedir(), XDG_CONFIG_HOME: join(folder, 'home'), ...environmentOf(cloudCase) }
  return { folder, env, client: cloudCase.sdk === 'client' }
}

function write (path: string, content: string | Folder) {
  if (typeof content === 'string') {
    mkdirSync(dirname(path), { recursive: true })
    return writeFileSync(path, content)
  }
  mkdirSync(path, { recursive: true })
  for (const [name, inner] of Object.entries(content)) write(join(path, name), inner)
}

// Debian's Python, which has openstacksdk. The first one on the PATH may be another.
const { stdout, stderr } = spawnSync('/usr/bin/python3', [join(root, 'test/openstack/read-clouds.py')], {
  input: JSON.stringify(cloudCases.map(prepare)),
  env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
  encoding: 'utf8'
})
const readings: Array<Reading | { rejected: string }> = stdout === '' ? [] : JSON.parse(stdout)
if (readings.length !== cloudCases.length) throw new Error(`openstacksdk: ${stderr}`)

for (const [number, cloudCase] of cloudCases.entries()) {
  t.test(`openstacksdk reads a cloud: ${cloudCase.name}`, async (t) => {
    const reading = readings[number]!
    const { sdk } = cloudCase
    if (sdk === 'rejects') {
      t.match(reading, { rejected: String })
    } else if (typeof sdk === 'object') {
      t.notMatch(reading, expectedOf(cloudCase), sdk.otherwise)
    } else {
      t.strictSame(reading, expectedOf(cloudCase))
    }
  })
}
