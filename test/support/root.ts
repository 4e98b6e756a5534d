import { join } from 'node:path'

/** The package's root directory. The tests run compiled, from `dist/test`. */
export const root = join(import.meta.dirname, '../../..')
