import process from 'node:process'

/** How many requests are made; fewer are for trying a change out. */
export const count = Number(process.env.FUZZ_COUNT ?? 100_000)

/** FUZZ_SEED repeats a run; without it each has its own. */
export const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)

/** A run that takes longer has failed: it is never cut short in silence. */
export const bounds = { seed, interruptAfterTimeLimit: 1_500_000, markInterruptAsFailure: true }
