import { crc32 } from 'node:zlib'

/**
 * The version of everything stored. Raise it with each change of a codec or of a response's meaning: versions
 * do not mix.
 */
export const formatVersion = 2

const headerBytes = 12

/** Bytes with the time at which their value was fetched (unix milliseconds), and a checksum of both. */
export function seal (fetchedAt: number, bytes: Buffer) {
  const sealed = Buffer.alloc(headerBytes + bytes.length)
  sealed.writeDoubleBE(fetchedAt, 4)
  bytes.copy(sealed, headerBytes)
  sealed.writeUInt32BE(crc32(sealed.subarray(4)))
  return sealed
}

/**
 * The reverse of `seal`.
 * @returns `undefined` for bytes that were not sealed, or are incomplete
 */
export function unseal (sealed: Buffer) {
  if (sealed.length < headerBytes || sealed.readUInt32BE() !== crc32(sealed.subarray(4))) return undefined
  return { fetchedAt: sealed.readDoubleBE(4), bytes: sealed.subarray(headerBytes) }
}
