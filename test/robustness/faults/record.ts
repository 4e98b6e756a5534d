import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '#test/support/root.js'

/** The folder of the results from which run.ts writes docs/reliability.md. */
export const resultsFolder = join(root, '.tap/faults')

const group = basename(process.argv[1]!, '.test.js')
let number = 0

/** Writes the result of a case, the soak, or an outage of the real cloud, in the order of the file. */
export function record (result: object) {
  mkdirSync(resultsFolder, { recursive: true })
  const content = JSON.stringify({ group, number, ...result })
  writeFileSync(join(resultsFolder, `${group}-${number++}.json`), content)
}
