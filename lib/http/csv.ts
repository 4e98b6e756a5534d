/** A cell: text, a number, several texts, or unknown. */
export type CsvValue = string | number | boolean | null | undefined | string[]

/** A column: its name in the header line, and the value of each row. */
export type CsvColumn<Row> = readonly [name: string, value: (row: Row) => CsvValue]

/**
 * Rows as CSV with a header line. An unknown value is empty, and several texts have spaces between them.
 * Source: RFC 4180.
 */
export function toCsv<Row> (columns: ReadonlyArray<CsvColumn<Row>>, rows: Row[]): string {
  const lines = rows.map((row) => columns.map(([, value]) => cell(value(row))).join(','))
  return [columns.map(([name]) => cell(name)).join(','), ...lines].map((line) => `${line}\r\n`).join('')
}

/** What a spreadsheet may run as a formula. */
const formula = /^[=+\-@\t\r]/

/** Text that a spreadsheet may run begins with an apostrophe. A number is one, whatever its sign. */
function cell (value: CsvValue) {
  if (value === null || value === undefined) return ''
  const text = Array.isArray(value) ? value.join(' ') : String(value)
  const safe = typeof value !== 'number' && formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
