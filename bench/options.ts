import { parseArgs } from 'node:util'
import { parseDuration } from '#lib/duration.js'
import type { RunOptions } from './table.js'

const usage = (known: string[]) => `npm run bench -- [row …] [--seconds 2] [--rounds 5] [--soak 10m] [--output file]

rows: ${known.join(' ')}; all of them unless named
--seconds  how long each load lasts, of S2 no less than 8
--rounds   how often each side is loaded
--soak     how long the row M goes on for: what it is to show takes 10m
--output   a file to write the report to, beside stdout`

/** What the command line asks for; ends the process where that makes no sense. */
export function readOptions (args: string[], known: string[]): RunOptions & { names: string[], output?: string } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { seconds: { type: 'string' }, rounds: { type: 'string' }, soak: { type: 'string' }, output: { type: 'string' } }
    })
    const [seconds, rounds] = [Number(values.seconds ?? 2), Number(values.rounds ?? 5)]
    const soak = values.soak === undefined ? 0 : parseDuration(values.soak)
    const strange = positionals.find((name) => !known.includes(name))
    if (strange !== undefined) throw new Error(`there is no row ${strange}`)
    if (!(seconds > 0 && rounds >= 1 && Number.isInteger(rounds)) || soak === undefined) throw new Error('that is no number, or no duration')
    return { names: positionals.length === 0 ? known : positionals, seconds, rounds, soak, output: values.output }
  } catch (err) {
    console.error(`${(err as Error).message}\n\n${usage(known)}`)
    process.exit(2)
  }
}
