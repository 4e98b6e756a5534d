import { useRef, useState } from 'preact/hooks'

/** Milliseconds after the last key: while keys repeat, nothing is said. */
const pause = 300

/** Says things to those who use a screen reader. */
export function useSpeech () {
  const [text, setText] = useState('')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const say = (words: string) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setText(words), pause)
  }
  return { say, speech: <p class='hidden' aria-live='polite'>{text}</p> }
}
