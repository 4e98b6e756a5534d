import neostandard from 'neostandard'

const neverTyped = {
  selector: 'TSAsExpression > TSNeverKeyword', message: '`as never` turns the type checker off.'
}
const ownTimeLimit = {
  selector: "CallExpression[callee.object.name='t'][callee.property.name='setTimeout']",
  message: 'The time limit of test files, which only ends hung ones, is in package.json.'
}

export default [
  ...neostandard({ ts: true, ignores: ['dist', '.cache', '.tap', 'web/lib/openapi.d.ts'] }),
  {
    rules: {
      '@stylistic/comma-dangle': ['error', 'never'],
      '@stylistic/max-len': ['error', { code: 110, ignoreRegExpLiterals: true, ignoreUrls: true }],
      // A schema and its type have the same name; TypeScript reports a real redeclaration.
      '@typescript-eslint/no-redeclare': 'off',
      'no-restricted-syntax': ['error', neverTyped, ownTimeLimit]
    }
  },
  {
    // Their length is a setting.
    files: ['test/robustness/faults/soak.test.ts', 'test/robustness/fuzz/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', neverTyped] }
  },
  {
    // It writes Markdown, whose lines are longer.
    files: ['test/robustness/faults/report.*'],
    rules: { '@stylistic/max-len': 'off' }
  }
]
