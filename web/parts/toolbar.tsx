import { useState } from 'preact/hooks'
import type { Signal } from '@preact/signals'
import { formatDuration } from '../../lib/duration.js'
import { allowedWidths, autoWidth, endsOf, lengthOf, move, presets, zoomOut } from '../lib/range.js'
import type { Range } from '../lib/range.js'
import { fromInput, toInput } from '../lib/time.js'
import type { Times } from '../lib/time.js'
import { t } from '../state/language.js'
import { setParams } from '../state/router.js'
import { Export } from './export.js'
import { Left, Right } from './icons.js'
import { closeByEscape } from './popover.js'

interface ToolbarProps {
  range: Range
  /** The width of buckets that the user chose; automatic without. */
  width: number | undefined
  auto: number
  /** Unix seconds of the newest data. */
  now: number
  times: Times
  utc: boolean
  /** The time under the cursor, in unix seconds. */
  time: Signal<number | null>
  table: boolean
  onRange: (range: Range) => void
  /** Exports; `undefined` where there is nothing to export. */
  onCsv: (() => void) | undefined
  onPng: (() => void) | undefined
}

/** The choices of range and width, and the exports. */
export function Toolbar (props: ToolbarProps) {
  const { range, width, auto, now, onRange, onCsv, onPng, table } = props
  const length = lengthOf(range)
  return (
    <div class='toolbar'>
      <div class='segments' role='group' aria-label={t('range.label')}>
        {presets.map((preset) => (
          <button
            type='button' key={preset} aria-pressed={range.live === preset}
            onClick={() => onRange({ live: preset, length: 0 })}
          >{preset}
          </button>
        ))}
      </div>
      <button
        type='button' class='square' aria-label={t('range.back')} title={t('range.back')}
        onClick={() => onRange(move(range, -1, now))}
      ><Left />
      </button>
      <OwnRange {...props} />
      <button
        type='button' class='square' aria-label={t('range.on')} title={t('range.on')}
        disabled={range.live !== undefined || range.to >= Math.floor(now)}
        onClick={() => onRange(move(range, 1, now))}
      ><Right />
      </button>
      <button type='button' onClick={() => onRange(zoomOut(range, now))}>{t('range.out')}</button>
      <label>
        {t('range.width')}
        <select
          value={width ?? ''} onChange={(event) => {
            const seconds = Number(event.currentTarget.value)
            setParams({ groupBy: seconds === 0 ? null : formatDuration(seconds) })
          }}
        >
          <option value=''>{t('range.auto', { width: formatDuration(auto ?? autoWidth(length)) })}</option>
          {allowedWidths(length).map((seconds) => (
            <option key={seconds} value={seconds}>{formatDuration(seconds)}</option>
          ))}
        </select>
      </label>
      <CursorTime {...props} />
      <button
        type='button' aria-pressed={table} onClick={() => setParams({ table: table ? null : '1' })}
      >{t('range.table')}
      </button>
      <Export format='CSV' onSave={onCsv} />
      <Export format='PNG' onSave={onPng} />
    </div>
  )
}

/** The time under the cursor. It alone is drawn again while the cursor moves. */
function CursorTime ({ time, times }: ToolbarProps) {
  return <span class='time'>{time.value === null ? '' : times.full(time.value)}</span>
}

/** The range in words, and a form for another one. */
function OwnRange ({ range, now, times, utc, onRange }: ToolbarProps) {
  const { from, to } = endsOf(range, now)
  const [wrong, setWrong] = useState(false)
  const apply = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const details = form.closest('details')!
    const given = new FormData(form)
    const [first, last] = ['from', 'to'].map((name) => fromInput(String(given.get(name)), utc)) as
      [number, number]
    setWrong(!(last > first))
    if (!(last > first)) return
    details.open = false
    // The form is made anew with the range, and the focus would be gone with it.
    details.querySelector('summary')!.focus()
    onRange({ from: Math.max(0, first), to: last })
  }
  return (
    <details class='own' onKeyDown={closeByEscape}>
      <summary title={t('range.own')}>{times.range(from, to)}</summary>
      <form
        key={`${range.live}${lengthOf(range)}`} class='popover' onSubmit={apply} aria-label={t('range.own')}
      >
        {Object.entries({ from, to }).map(([name, time]) => (
          <label key={`${name}${utc}`}>
            {t(`range.${name as 'from' | 'to'}`)}
            <input type='datetime-local' name={name} defaultValue={toInput(time, utc)} required />
          </label>
        ))}
        <div class='segments' role='group' aria-label={t('range.zone')}>
          {[false, true].map((isUtc) => (
            <button
              type='button' key={String(isUtc)} aria-pressed={utc === isUtc}
              onClick={() => setParams({ tz: isUtc ? 'utc' : null })}
            >{t(isUtc ? 'range.utc' : 'range.local')}
            </button>
          ))}
        </div>
        <p class='failed' role='alert'>{wrong && t('range.order')}</p>
        <button type='submit'>{t('range.apply')}</button>
      </form>
    </details>
  )
}
