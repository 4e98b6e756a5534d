import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { Settings } from './settings.js'

const { name, version, description } = createRequire(import.meta.url)('#package.json') as Record<'name' | 'version' | 'description', string>

const settings = Object.entries(Settings.properties).map(([name, { default: value, description }]) =>
  `  ${name}${value === undefined ? '' : ` (${value})`}\n      ${description}\n`)

const help = `${description}.

Usage: ${name} [--help | --version]

Serves until it is asked to end. All settings are from the environment, here with their defaults:

${settings.join('')}`

/** What the program says of itself to who asks it to, by its arguments; `undefined` where it is to serve. @throws TypeError of an argument that there is not. */
export function cliOutput (args: string[]) {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean' }, version: { type: 'boolean' } } })
  return values.help ? help : values.version ? `${version}\n` : undefined
}
