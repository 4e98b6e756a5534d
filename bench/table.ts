/** The options of a benchmark run. */
export interface RunOptions {
  /** Duration of each load, in seconds. */
  seconds: number
  rounds: number
  /** Duration of row M, in seconds. */
  soak: number
}

/** The measurements of one side; a row has only some of them. */
export interface Figures {
  /** Successful requests a second. */
  rate?: number
  /** Milliseconds. */
  p50?: number
  p99?: number
  /** Upstream calls per request. */
  calls?: number
  /** Processor time per successful request, in microseconds. */
  cpuMicroseconds?: number
  /** Share of the time in which the thread of the load generator was busy. */
  generator?: number
}

/** One line of the table. */
export interface Line {
  row: string
  measures: string
  against: string
  target: string
  /** The measured value for the target. */
  measured: string
  /** Absent when the run is too short to decide. */
  targetMet?: boolean
  /** Failed requests of both sides. With any, the target is not met. */
  failed?: number
  service: Figures
  baseline?: Figures
  /** Resident memory of the service at the end of the row, in MB. */
  residentMb: number
  /** Remarks, one sentence each. */
  notes?: string[]
}

const columns = [
  'row', 'measures', 'against', 'target', 'measured', 'target met', 'requests/s', 'p50 ms', 'p99 ms',
  'upstream calls per request', 'CPU µs per request', 'generator busy', 'RSS MB'
]

const figures: Array<keyof Figures> = ['rate', 'p50', 'p99', 'calls', 'cpuMicroseconds', 'generator']

/** The lines as a Markdown table: the service's figure and, after a slash, the baseline's. */
export function tableOf (lines: Line[]) {
  const rows = lines.map((line) => [
    line.row,
    line.measures,
    line.against,
    line.target,
    line.measured,
    verdict(line),
    ...figures.map((figure) => both(line, figure)),
    formatNumber(line.residentMb)
  ])
  const table = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  const notes = lines.flatMap(({ row, failed, notes = [] }) => {
    const all = failed ? [...notes, `failed requests: ${formatNumber(failed)}`] : notes
    return all.map((note) => `- ${row}: ${note}`)
  })
  return [...table, '', ...notes].join('\n')
}

function verdict ({ targetMet, failed }: Line) {
  if (failed || targetMet === false) return '**no**'
  return targetMet ? 'yes' : 'undecided'
}

function both ({ service, baseline }: Line, figure: keyof Figures) {
  const sides = baseline === undefined ? [service[figure]] : [service[figure], baseline[figure]]
  return sides.every((value) => value === undefined) ? '' : sides.map(formatNumber).join(' / ')
}

/**
 * Formats a number with the decimals that three significant digits need; a dash stands for a missing number.
 */
export function formatNumber (value?: number) {
  if (value === undefined || !Number.isFinite(value)) return '–'
  const maximumFractionDigits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits })
}
