import { STATUS_CODES } from 'node:http'

/** An OpenAPI document, as far as it is finished here. */
export interface Document {
  paths: Record<string, Record<string, Operation>>
  components?: Record<string, Record<string, object>>
}

interface Operation {
  parameters?: Parameter[]
  responses: Record<string, { headers?: Record<string, object> }>
}

interface Parameter {
  name: string
  required?: boolean
  example?: unknown
  schema: object
}

/** Where a part of the document stands, and the name that it would have among the components. */
interface Place {
  holder: Record<string, object>
  key: string
  name: string
}

const operationsOf = ({ paths }: Document) => Object.values(paths).flatMap((path) => Object.values(path))
const responsesOf = (document: Document) => operationsOf(document).flatMap(({ responses }) => Object.values(responses))

/** Tells of a header that every response has. */
export function addHeader (document: Document, name: string, header: object) {
  for (const response of responsesOf(document)) response.headers = { [name]: { ...header }, ...response.headers }
}

/**
 * Moves the examples of optional parameters into their schemas. Swagger UI fills a form with the parameters' own examples, and
 * whoever tried an operation out would ask for everything that is optional at once.
 * @param kept names of parameters that the form should have filled in all the same
 */
export function demoteOptionalExamples (document: Document, kept: string[]) {
  for (const parameter of operationsOf(document).flatMap(({ parameters = [] }) => parameters)) {
    if (parameter.required || kept.includes(parameter.name)) continue
    parameter.schema = { ...parameter.schema, examples: [parameter.example] }
    delete parameter.example
  }
}

/** Moves the headers, parameters and errors that several operations have in the same words to the components, and refers to them. */
export function shareComponents (document: Document) {
  // Headers first: then the responses that differ in nothing else are alike.
  share(document, 'headers', responsesOf(document).flatMap(({ headers = {} }) => placesIn(headers, (name) => name)))
  share(document, 'parameters', operationsOf(document).flatMap(({ parameters = [] }) =>
    placesIn(parameters as object as Place['holder'], (index) => parameters[Number(index)]!.name)))
  share(document, 'responses', operationsOf(document).flatMap(({ responses }) =>
    placesIn(responses, (status) => STATUS_CODES[status]!.replaceAll(' ', '')).filter(({ key }) => key >= '400')))
}

const placesIn = (holder: Place['holder'], nameOf: (key: string) => string): Place[] =>
  Object.keys(holder).map((key) => ({ holder, key, name: nameOf(key) }))

function share (document: Document, kind: string, places: Place[]) {
  const alike = new Map<string, Place[]>()
  for (const place of places) {
    const text = JSON.stringify([place.name, place.holder[place.key]])
    alike.set(text, [...alike.get(text) ?? [], place])
  }
  const components: Record<string, object> = {}
  for (const group of alike.values()) {
    const { name, holder, key } = group[0]!
    // The name goes to the first who needs it: another that means something else stays where it is.
    if (group.length === 1 || name in components) continue
    components[name] = holder[key]!
    for (const { holder, key } of group) holder[key] = { $ref: `#/components/${kind}/${name}` }
  }
  document.components = { ...document.components, [kind]: components }
}
