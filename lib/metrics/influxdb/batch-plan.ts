import type { Window } from '#lib/time-range.js'
import type { BatchLimits, StatementLimits } from './batch-limits.js'

/** What is wanted: a measurement of an instance in a window. */
export interface SeriesRequest {
  measurement: string
  /** Whether each device has samples of its own, to be summed. */
  perDevice: boolean
  instance: string
  /** The only project whose samples count, where there is one. */
  project?: string
  window: Window
}

/** Reads that differ in their instances alone, which one statement asks for. */
export interface BatchStatement extends Omit<SeriesRequest, 'instance'> {
  key: string
  instances: Set<string>
}

/**
 * Joins the first of these reads, as many as one request may ask for and one at least, into statements; `places` has the number of
 * each one's. Identical ones are read once. None overtakes another, so that each has its turn.
 */
export function planBatch (reads: SeriesRequest[], most: StatementLimits) {
  const statements: BatchStatement[] = []
  const places: number[] = []
  let [work, bytes] = [0, 0]
  for (const { measurement, perDevice, instance, project, window } of reads) {
    const key = `${measurement} ${project ?? ''} ${window.start} ${window.end} ${window.step}`
    let place = statements.findIndex((statement) => statement.key === key && statement.instances.has(instance))
    if (place < 0) {
      place = statements.findIndex((statement) => statement.key === key && statement.instances.size < most.instances)
      work += workOf(window)
      bytes += bytesOf(instance) + (place < 0 ? statementBytes : 0)
      const fits = work <= most.work && bytes <= most.bytes && (place >= 0 || statements.length < most.statements)
      if (places.length > 0 && !fits) break
      if (place < 0) place = statements.push({ key, measurement, perDevice, project, window, instances: new Set() }) - 1
      statements[place]!.instances.add(instance)
    }
    places.push(place)
  }
  return { statements, places }
}

/** The parts of a request that failed: some of its statements each or, of the only one, some of its instances. */
export function splitBatch<T extends SeriesRequest> (reads: T[], most: BatchLimits): T[][] {
  const { statements, places } = planBatch(reads, most)
  const instances = [...statements[0]!.instances]
  const [pieces, pieceOf] = statements.length > 1
    ? [statements.length, (i: number) => places[i]!]
    : [instances.length, (i: number) => instances.indexOf(reads[i]!.instance)]
  const count = Math.min(pieces, most.parts)
  return Array.from({ length: count }, (_, part) => reads.filter((_, i) => Math.floor(pieceOf(i) * count / pieces) === part))
}

/** In buckets. To read the samples of five minutes, at one each 15 s, takes as long as to answer one. */
const workOf = ({ start, end, step }: Window) => (end - start) / step + (end - start) / 300

/** More than a statement, a window, a project and their names come to in a form. */
const statementBytes = 1_000

/** No less than what an instance comes to in a form: its id as JSON, and its number where it is bound and where it is asked for. */
const bytesOf = (instance: string) => new URLSearchParams([['', JSON.stringify(instance)]]).toString().length + 80
