/** How long a row takes. */
export interface RunOptions {
  /** Of each load. */
  seconds: number
  rounds: number
  /** Seconds that the row of the memory goes on for. */
  soak: number
}

/** What was measured of one side; what a row has no figure of is left out. */
export interface Figures {
  /** Requests a second. */
  rate?: number
  /** Milliseconds. */
  p50?: number
  p99?: number
  /** Upstream calls a request. */
  calls?: number
  /** Microseconds of processor time of its process an answered request. */
  cpuMicroseconds?: number
  /** Share of its time in which the thread that made the load was busy. */
  generator?: number
}

/** One line of the table. */
export interface Line {
  row: string
  measures: string
  against: string
  target: string
  /** What the target is about, as it was measured. */
  measured: string
  /** Left out where the run is too short to tell. */
  targetMet?: boolean
  /** Requests of either side that failed: a row with such is not reached. */
  failed?: number
  service: Figures
  baseline?: Figures
  /** MB of the service when the row was done. */
  residentMb: number
  /** More to know about it, a sentence each. */
  notes?: string[]
}

const columns = ['row', 'what', 'against', 'target', 'measured', 'reached',
  'requests/s', 'p50 ms', 'p99 ms', 'upstream calls a request', 'processor µs a request', 'generator busy', 'RSS MB']

/** The lines as Markdown: the service's figure, and after a slash the baseline's. */
export function tableOf (lines: Line[]) {
  const rows = lines.map((line) => [
    line.row, line.measures, line.against, line.target, line.measured, verdict(line),
    both(line, 'rate'), both(line, 'p50'), both(line, 'p99'), both(line, 'calls'), both(line, 'processor'), both(line, 'generator'),
    formatNumber(line.residentMb)
  ])
  const notes = lines.flatMap(({ row, failed, notes = [] }) =>
    (failed ? [...notes, `requests that failed: ${formatNumber(failed)}`] : notes).map((note) => `- ${row}: ${note}`))
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).concat('', ...notes).join('\n')
}

const verdict = ({ targetMet, failed }: Line) => failed || targetMet === false ? '**no**' : targetMet ? 'yes' : 'so far'

function both ({ service, baseline }: Line, name: keyof Figures) {
  const sides = baseline === undefined ? [service[name]] : [service[name], baseline[name]]
  return sides.every((value) => value === undefined) ? '' : sides.map(formatNumber).join(' / ')
}

/** With as many decimals as three digits need; a dash where there is none. */
export function formatNumber (value?: number) {
  if (value === undefined || !Number.isFinite(value)) return '–'
  const maximumFractionDigits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits })
}
