import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '#test/support/root.js'

/** Where what was seen is put: docs/reliability.md is made of it. */
const folder = join(root, '.tap/faults')

const group = basename(process.argv[1]!, '.test.ts')
let number = 0

/** Notes what was seen: of each case in the order of its file, or of the soak. */
export function record (seen: object) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${group}-${number}.json`), JSON.stringify({ group, number: number++, ...seen }))
}
