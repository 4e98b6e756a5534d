import { parseArgs } from 'node:util'
import { parseDuration } from '#lib/duration.js'
import type { RunOptions } from './table.js'

const usage = (rows: string[]) => `usage:
npm run bench -- [row …] [--seconds 2] [--rounds 5] [--soak 10m] [--output file]

rows: ${rows.join(' ')}; all of them by default
--seconds  duration of each load; for L half of it, for F a quarter, for S2 at least 8
--rounds   number of loads of each side; their median is worth little with fewer than 5
--soak     duration of row M; its target needs 10m
--output   a file for the report, in addition to stdout`

/**
 * Parses the command line. Prints the usage and ends the process when it is invalid.
 * @param allRows the names of all rows
 */
export function readOptions (
  args: string[], allRows: string[]
): RunOptions & { names: string[], output?: string } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        soak: { type: 'string' },
        output: { type: 'string' }
      }
    })
    const [seconds, rounds] = [Number(values.seconds ?? 2), Number(values.rounds ?? 5)]
    const soak = values.soak === undefined ? 0 : parseDuration(values.soak)
    const unknown = positionals.find((name) => !allRows.includes(name))
    if (unknown !== undefined) throw new Error(`unknown row: ${unknown}`)
    if (!(seconds > 0)) throw new Error('--seconds must be a number greater than 0')
    if (!(rounds >= 1 && Number.isInteger(rounds))) throw new Error('--rounds must be an integer, at least 1')
    if (soak === undefined) throw new Error('--soak must be a duration, such as 10m')
    const names = positionals.length === 0 ? allRows : positionals
    return { names, seconds, rounds, soak, output: values.output }
  } catch (err) {
    console.error(`${(err as Error).message}\n\n${usage(allRows)}`)
    process.exit(2)
  }
}
