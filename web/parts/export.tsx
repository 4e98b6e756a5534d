import { t } from '../state/language.js'

const titles = { CSV: 'app.csv', PNG: 'range.png' } as const

/** A button that saves a file of a format. It is disabled where there is nothing to save. */
export function Export ({ format, onSave, className }: {
  format: keyof typeof titles, onSave: (() => void) | undefined, className?: string
}) {
  const title = t(titles[format])
  return (
    <button
      type='button' class={className} aria-label={title} title={title} disabled={onSave === undefined}
      onClick={onSave}
    >{format}
    </button>
  )
}
