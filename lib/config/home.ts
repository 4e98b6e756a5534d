import { homedir } from 'node:os'

/** The home folder of the process's user; `/` where the user has none, as in a container with a uid alone. */
export function homeFolder (find = homedir) {
  try {
    return find()
  } catch {
    return '/'
  }
}
