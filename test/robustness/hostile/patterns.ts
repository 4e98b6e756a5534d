import ts from 'typescript'
import { parseSource, sourceFiles } from '#test/support/source-files.js'

/** A regular expression of the source. */
export interface Pattern {
  /** File and line. */
  location: string
  source: string
  flags: string
}

/**
 * Collects every regular expression of the service: the literals, and each `pattern` of a schema.
 * @throws if an expression has parts that its own file does not define
 */
export function collectPatterns (): Pattern[] {
  const files = sourceFiles('lib', 'plugins', 'routes', 'schemas')
  return ['app.ts', 'server.ts', ...files].flatMap(patternsIn)
}

function patternsIn (file: string): Pattern[] {
  const source = parseSource(file)
  const constants = new Map<string, string>()
  const patterns: Pattern[] = []

  const visit = (node: ts.Node): void => {
    const location = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    const fail = () => { throw new Error(`${location}: ${node.getText()} is unknown before run time`) }
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer &&
      ts.isStringLiteral(node.initializer)) {
      constants.set(node.name.text, node.initializer.text)
    } else if (ts.isRegularExpressionLiteral(node)) {
      const [, pattern, flags] = /^\/(.*)\/(\w*)$/s.exec(node.text)!
      patterns.push({ location, source: pattern!, flags: flags! })
    } else if (ts.isPropertyAssignment(node) && node.name.getText() === 'pattern') {
      patterns.push({ location, source: textOf(node.initializer, constants) ?? fail(), flags: 'u' })
    } else if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
      if (node.expression.getText() === 'RegExp') {
        const texts = (node.arguments ?? []).map((argument) => textOf(argument, constants) ?? fail())
        const [pattern, flags] = texts
        patterns.push({ location, source: pattern ?? fail(), flags: flags ?? '' })
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return patterns
}

/** The text of an expression, from literals, their concatenation, and the constants above it. */
function textOf (node: ts.Expression, constants: Map<string, string>): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left, constants), textOf(node.right, constants)]
    return left === undefined || right === undefined ? undefined : left + right
  }
  if (!ts.isTemplateExpression(node)) return undefined
  const parts = node.templateSpans.map(({ expression, literal }) => {
    const text = constants.get(expression.getText())
    return text === undefined ? undefined : `${text}${literal.text}`
  })
  return parts.includes(undefined) ? undefined : `${node.head.text}${parts.join('')}`
}
