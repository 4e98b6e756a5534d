import { Settings } from '#lib/config/settings.js'

/** The table of settings, as docs/configuration.md has it. */
export function settingsTable () {
  const rows = Object.entries(Settings.properties).map(([name, { default: value, description }]) =>
    `| \`${name}\` | ${value === undefined ? '–' : `\`${value}\``} | ${description} |`)
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The document with the table between its marks. */
export const withSettings = (document: string, table: string) =>
  document.replace(
    /(<!-- settings -->\n)[^]*(<!-- \/settings -->)/, (_, start, end) => `${start}${table}\n${end}`
  )
