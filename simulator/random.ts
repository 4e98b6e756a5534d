import { createHash } from 'node:crypto'

/** A pseudo-random unsigned 32-bit number, always the same for the same two integers. */
export function scramble (seed: number, n: number): number {
  let bits = Math.imul(seed ^ Math.imul(n, 0x9e3779b1), 0x85ebca6b)
  bits = Math.imul(bits ^ bits >>> 13, 0xc2b2ae35)
  return (bits ^ bits >>> 16) >>> 0
}

/** The same number as a share, 0 <= share < 1. */
export function share (seed: number, n: number): number {
  return scramble(seed, n) / 0x100000000
}

/** 32 hexadecimal digits derived from a text: the format of Keystone's ids. */
export function hexId (text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** A UUID derived from a text: the format of Nova's ids. */
export function uuid (text: string): string {
  const id = hexId(text)
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-a${id.slice(17, 20)}-${id.slice(20)}`
}
