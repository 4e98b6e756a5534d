/** A path or URL without the slashes at its end. */
export function withoutSlashesAtEnd (path: string) {
  let end = path.length
  while (path[end - 1] === '/') end--
  return path.slice(0, end)
}
