/** An id of Keystone's (32 hexadecimal digits) or of Nova's (a UUID), in any case. */
const generatedId = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/**
 * An id as OpenStack writes it. Ids that Keystone and Nova generate are in lower case. A cloud on MySQL finds
 * them in any case, and the metrics store does not: a chart of the same instance would be empty.
 * Source: Python's `uuid.uuid4()`, which both call; MySQL, "Case Sensitivity in String Searches".
 */
export const canonicalId = (id: string) => generatedId.test(id) ? id.toLowerCase() : id
