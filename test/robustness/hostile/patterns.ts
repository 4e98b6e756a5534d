import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '#test/support/root.js'

/** A regular expression of the source. */
export interface Pattern {
  /** File and line. */
  place: string
  source: string
  flags: string
}

const folders = ['lib', 'plugins', 'routes', 'schemas']

/**
 * Every regular expression of the service: the literals, and the `pattern`s of its schemas.
 * @throws where one is put together from what is not in its own file.
 */
export function collectPatterns (): Pattern[] {
  const files = folders.flatMap(
    (folder) => readdirSync(join(root, folder), {
      recursive: true, encoding: 'utf8'
    }).map((file) => join(folder, file))
  )
  return ['app.ts', 'server.ts', ...files.filter((file) => file.endsWith('.ts'))].flatMap(patternsIn)
}

function patternsIn (file: string): Pattern[] {
  const source = ts.createSourceFile(
    file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true
  )
  const texts = new Map<string, string>()
  const found: Pattern[] = []

  const visit = (node: ts.Node): void => {
    const place = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    const unknown = () => { throw new Error(`${place}: ${node.getText()} is not known before it runs`) }
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer &&
      ts.isStringLiteral(node.initializer)) {
      texts.set(node.name.text, node.initializer.text)
    } else if (ts.isRegularExpressionLiteral(node)) {
      const [, pattern, flags] = /^\/(.*)\/(\w*)$/s.exec(node.text)!
      found.push({ place, source: pattern!, flags: flags! })
    } else if (ts.isPropertyAssignment(node) && node.name.getText() === 'pattern') {
      found.push({ place, source: textOf(node.initializer, texts) ?? unknown(), flags: 'u' })
    } else if ((ts.isNewExpression(node) || ts.isCallExpression(node)) &&
      node.expression.getText() === 'RegExp') {
      unknown()
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** The text that an expression stands for, by the constants above it. */
function textOf (node: ts.Expression, texts: Map<string, string>): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isTemplateExpression(node)) return undefined
  const parts = node.templateSpans.map(({ expression, literal }) => {
    const text = texts.get(expression.getText())
    return text === undefined ? undefined : `${text}${literal.text}`
  })
  return parts.includes(undefined) ? undefined : `${node.head.text}${parts.join('')}`
}
