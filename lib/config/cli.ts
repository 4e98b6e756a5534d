import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { Settings } from './settings.js'

type Manifest = Record<'name' | 'version' | 'description', string>
const { name, version, description } = createRequire(import.meta.url)('#package.json') as Manifest

const settings = Object.entries(Settings.properties).map(([name, { default: value, description }]) =>
  `  ${name}${value === undefined ? '' : ` (${value})`}\n      ${description}\n`)

const help = `${description}.

Usage: ${name} [--help | --version]

Runs the service until SIGTERM or SIGINT. All settings are environment variables, listed with their defaults:

${settings.join('')}`

/**
 * The output of `--help` or `--version`; `undefined` where the arguments ask for neither, and the service is
 * to run.
 * @throws TypeError for an unknown argument
 */
export function cliOutput (args: string[]) {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean' }, version: { type: 'boolean' } } })
  return values.help ? help : values.version ? `${version}\n` : undefined
}
