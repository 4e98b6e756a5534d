import type { Window } from '#lib/time-range.js'
import type { BatchLimits, RequestLimits } from './batch-limits.js'

/** A read of one measurement of an instance in a window. */
export interface SeriesRequest {
  measurement: string
  /** Whether each device has samples of its own, to be summed. */
  perDevice: boolean
  instance: string
  /** The only project whose samples count. Without it the samples of all projects count. */
  project?: string
  window: Window
  /** Reads of different groups do not share a request. */
  group?: object
}

/** Reads that differ in their instances alone, as one statement. */
export interface BatchStatement extends Omit<SeriesRequest, 'group' | 'instance'> {
  key: string
  instances: Set<string>
}

/**
 * Puts the first of these reads, as many as one request may ask for and one at least, into statements.
 * Identical reads share a place. No read overtakes another one.
 * @returns the statements, and for each read that fits the index of its statement
 */
export function planBatch (reads: SeriesRequest[], limits: RequestLimits) {
  const statements: BatchStatement[] = []
  const places: number[] = []
  let [work, bytes] = [0, 0]
  for (const { measurement, perDevice, instance, project, window, group } of reads) {
    if (group !== reads[0]!.group) break
    const key = `${measurement} ${project ?? ''} ${window.start} ${window.end} ${window.step}`
    let place = statements.findIndex(
      (statement) => statement.key === key && statement.instances.has(instance)
    )
    if (place < 0) {
      const hasRoom = ({ instances }: BatchStatement) => instances.size < limits.instances
      place = statements.findIndex((statement) => statement.key === key && hasRoom(statement))
      work += workOf(window)
      bytes += bytesOf(instance) + (place < 0 ? statementBytes : 0)
      const fits = work <= limits.work && bytes <= limits.bytes &&
        (place >= 0 || statements.length < limits.statements)
      if (places.length > 0 && !fits) break
      if (place < 0) {
        place = statements.push({ key, measurement, perDevice, project, window, instances: new Set() }) - 1
      }
      statements[place]!.instances.add(instance)
    }
    places.push(place)
  }
  return { statements, places }
}

/**
 * The parts of a failed batch: some of its statements each or, of its only statement, some of its instances.
 */
export function splitBatch<Read extends SeriesRequest> (batch: Read[], limits: BatchLimits): Read[][] {
  const { statements, places } = planBatch(batch, limits)
  const instances = [...statements[0]!.instances]
  const [pieces, pieceOf] = statements.length > 1
    ? [statements.length, (i: number) => places[i]!]
    : [instances.length, (i: number) => instances.indexOf(batch[i]!.instance)]
  const count = Math.min(pieces, limits.parts)
  return Array.from({ length: count }, (_, part) =>
    batch.filter((_, i) => Math.floor(pieceOf(i) * count / pieces) === part))
}

/**
 * In buckets. To read the samples of five minutes, at one each 15 s, takes as long as to return one bucket.
 */
const workOf = ({ start, end, step }: Window) => (end - start) / step + (end - start) / 300

/** More than a statement, a window and a project have in a form. */
const statementBytes = 500

/** No less than the condition on an instance has in a form. */
const bytesOf = (instance: string) => instance.length + 40
