/** A cell: text, a number, several texts, or unknown. */
export type CsvValue = string | number | boolean | null | undefined | string[]

/**
 * Rows as CSV with a header line. An unknown value is empty, and several texts have spaces between them.
 * Source: RFC 4180.
 */
export const toCsv = (header: string[], rows: CsvValue[][]) =>
  [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')

/** The beginning of a text that a spreadsheet may run as a formula. */
const formula = /^[=+\-@\t\r]/

/** Text that a spreadsheet may run begins with an apostrophe. A number is one, whatever its sign. */
function cell (value: CsvValue) {
  if (value === null || value === undefined) return ''
  const text = Array.isArray(value) ? value.join(' ') : String(value)
  const safe = typeof value !== 'number' && formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
