import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withGeneratedParts } from '#test/support/generated-docs.js'
import { root } from '#test/support/root.js'

// Writes the settings into docs/configuration.md.
const path = join(root, 'docs/configuration.md')
writeFileSync(path, withGeneratedParts(readFileSync(path, 'utf8')))
