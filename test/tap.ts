import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from './support/root.js'

/** Runs tap to its end, and gives its exit code. */
export function tap (args: string[], env: Record<string, string> = {}) {
  leaveOutTypeScript()
  return run(args, env)
}

function run (args: string[], env: Record<string, string> = {}) {
  const options = { stdio: 'inherit', cwd: root, env: { ...process.env, ...env } } as const
  const { status, error } = spawnSync(join(root, 'node_modules/.bin/tap'), args, options)
  if (error) throw error
  return status ?? 1
}

/** tap is installed with its TypeScript plugin, and leaves it out only after a build of its own. */
function leaveOutTypeScript () {
  const require = createRequire(import.meta.url)
  const build = join(
    dirname(require.resolve('tap/package.json')), '../@tapjs/test/test-built/dist/esm/index.js'
  )
  if (readFileSync(build, 'utf8').includes('"@tapjs/typescript"')) run(['build'])
}
