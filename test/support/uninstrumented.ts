/**
 * A command, as `spawn` and `execFile` take it, that runs without the test runner's instrumentation. The
 * runner adds that to each process by NODE_OPTIONS, whatever its environment is. It would take half of the
 * time in which a server starts again.
 */
export const uninstrumented = (program: string, ...args: string[]): [program: string, args: string[]] =>
  ['env', ['-u', 'NODE_OPTIONS', program, ...args]]
