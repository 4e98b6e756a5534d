import process from 'node:process'

/** The number of requests. A smaller number is for trying out a change. */
export const count = Number(process.env.FUZZ_COUNT ?? 100_000)

/** FUZZ_SEED repeats a run; without it each run has its own seed. */
export const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)

/** A run that exceeds the time limit fails; it never ends early without an error. */
export const runLimits = { seed, interruptAfterTimeLimit: 1_500_000, markInterruptAsFailure: true }
