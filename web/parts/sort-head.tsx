/** A head of a column that sorts by it. */
export function SortHead ({ name, active, descending, onSort, className = '' }: {
  name: string, active: boolean, descending: boolean, onSort: () => void, className?: string
}) {
  return (
    <th
      scope='col' class={className}
      aria-sort={active ? descending ? 'descending' : 'ascending' : undefined}
    >
      <button type='button' class='sort' onClick={onSort}>
        {name}{active && <span aria-hidden='true'>{descending ? ' ↓' : ' ↑'}</span>}
      </button>
    </th>
  )
}
