import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settingsTable, withSettings } from '#test/support/settings-table.js'
import { root } from '#test/support/root.js'

// Writes the table of settings into docs/configuration.md.
const path = join(root, 'docs/configuration.md')
writeFileSync(path, withSettings(readFileSync(path, 'utf8'), settingsTable()))
