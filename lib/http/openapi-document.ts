/** An OpenAPI document, as far as it is changed here. */
export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>
}

interface Operation {
  parameters?: Parameter[]
  responses: Record<string, { headers?: Record<string, object> }>
}

interface Parameter {
  name: string
  required?: boolean
  allowEmptyValue?: boolean
  example?: unknown
  schema: object
}

const operationsOf = ({ paths }: OpenApiDocument) =>
  Object.values(paths).flatMap((path) => Object.values(path))

/** Adds a header that every response has. */
export function addHeader (document: OpenApiDocument, name: string, header: object) {
  for (const response of operationsOf(document).flatMap(({ responses }) => Object.values(responses))) {
    response.headers = { [name]: { ...header }, ...response.headers }
  }
}

const parametersOf = (document: OpenApiDocument) =>
  operationsOf(document).flatMap(({ parameters = [] }) => parameters)

/** Marks each optional parameter as one that may be empty. All of them are parameters of queries. */
export function allowEmptyOptionals (document: OpenApiDocument) {
  for (const parameter of parametersOf(document)) if (!parameter.required) parameter.allowEmptyValue = true
}

/**
 * Moves the examples of optional parameters into their schemas. Swagger UI fills its form with a parameter's
 * own example, and a user would otherwise send every optional parameter at once.
 * @param except names of optional parameters that the form is to be filled with all the same
 */
export function demoteOptionalExamples (document: OpenApiDocument, except: string[]) {
  for (const parameter of parametersOf(document)) {
    if (parameter.required || except.includes(parameter.name)) continue
    parameter.schema = { ...parameter.schema, examples: [parameter.example] }
    delete parameter.example
  }
}
