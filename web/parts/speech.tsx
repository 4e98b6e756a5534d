import { useRef, useState } from 'preact/hooks'

/** Milliseconds after the last key: repeated keys announce nothing. */
const pause = 300

/** Announces texts to screen readers. */
export function useSpeech () {
  const [text, setText] = useState('')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const say = (words: string) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setText(words), pause)
  }
  return { say, speech: <p class='hidden' aria-live='polite'>{text}</p> }
}
