/** The height of each row of a table of which only the rows in view are drawn: px. */
export const rowHeight = 46

/** The room of rows that are not drawn. */
export function Space ({ rows, each = rowHeight }: { rows: number, each?: number }) {
  const height = `${rows * each}px`
  return rows <= 0 ? null : <tr aria-hidden='true' class='space' style={{ height }} />
}
