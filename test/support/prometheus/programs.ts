import type { Test } from 'tap'
import { findProgram as find, pathFor } from '#test/support/debian.js'

/** The Debian package of each program, and the variable with which a missing one is a failure. */
const programs = {
  prometheus: { package: 'prometheus', required: 'REQUIRE_PROMETHEUS' },
  promtool: { package: 'prometheus', required: 'REQUIRE_PROMETHEUS' },
  'victoria-metrics': { package: 'victoria-metrics', required: 'REQUIRE_VICTORIAMETRICS' }
}

/**
 * Finds a program on the PATH or in its Debian package.
 * @returns its path; undefined when it is not available, and then `t` is skipped with the reason
 * @throws {Error} when it is not available and required
 */
export const findProgram = (t: Test, name: keyof typeof programs) =>
  pathFor(t, () => locateProgram(name), programs[name].required)

/** Finds a program on the PATH or in its Debian package. */
export const locateProgram = (name: keyof typeof programs) =>
  find({ name, packages: [programs[name].package] })
