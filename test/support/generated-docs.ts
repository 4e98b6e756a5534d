import { reloadable } from '#lib/config/reload.js'
import { Settings } from '#lib/config/settings.js'

/** The document with its generated parts, of docs/configuration.md: the settings, and those that reload. */
export function withGeneratedParts (document: string) {
  const parts = { settings: settingsTable(), reloadable: reloadable.map((name) => `\`${name}\``).join(', ') }
  return Object.entries(parts).reduce((text, [mark, part]) => text.replace(
    new RegExp(`(<!-- ${mark} -->\\n)[^]*(<!-- /${mark} -->)`), (_, start, end) => `${start}${part}\n${end}`
  ), document)
}

function settingsTable () {
  const rows = Object.entries(Settings.properties).map(([name, { default: value, description }]) =>
    `| \`${name}\` | ${value === undefined ? '–' : `\`${value}\``} | ${description} |`)
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
}
