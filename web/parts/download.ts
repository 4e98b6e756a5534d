/** Saves something as a file of the user's. */
export function download (name: string, content: Blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** With a mark of its encoding, without which a spreadsheet takes UTF-8 for something else. */
export const saveCsv = (name: string, text: string) =>
  download(`${name}.csv`, new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }))
