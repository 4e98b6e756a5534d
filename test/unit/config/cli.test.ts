import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cliOutput } from '#lib/config/cli.js'
import { Settings } from '#lib/config/settings.js'
import { root } from '#test/support/root.js'

t.test('the help lists each setting', (t) => {
  const help = cliOutput(['--help'])!
  for (const name of Object.keys(Settings.properties)) t.match(help, `\n  ${name}`)
  t.end()
})

t.test('the version is that of the package; other arguments are an error', (t) => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  t.equal(cliOutput(['--version']), `${version}\n`)
  t.equal(cliOutput([]), undefined)
  t.throws(() => cliOutput(['--verbose']), { code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' })
  t.end()
})
