import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createRequire } from 'node:module'
import { root } from './root.js'
import { uninstrumented } from './uninstrumented.js'

/**
 * Builds the page, unless this test build has it already: the compiled tests come first, and most of them
 * need no page. Two files that build it at the same time write the same content.
 */
export async function buildPage () {
  if (existsSync(join(root, 'dist/web/index.html'))) return
  const vite = join(createRequire(import.meta.url).resolve('vite/package.json'), '../bin/vite.js')
  const build = uninstrumented(process.execPath, vite, 'build', 'web', '--logLevel', 'warn')
  await promisify(execFile)(...build, { cwd: root })
}
