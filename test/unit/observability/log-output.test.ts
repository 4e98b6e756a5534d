import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { createLogOutput, neverBlock } from '#lib/observability/log-output.js'
import type { Loss } from '#lib/observability/log-output.js'
import { openPipe, readPipe } from '#test/support/pipe.js'

/** Starts an output, and records its reports of dropped lines. */
function start (fd: number, isFile: boolean) {
  const output = createLogOutput({ fd, isFile })
  const losses: Loss[] = []
  output.onResumed((loss) => losses.push(loss))
  const writeLines = (count: number, line = 'x') => {
    for (let n = 0; n < count; n++) output.write(`${line}\n`)
  }
  return { output, losses, writeLines }
}

function openFile (t: Test, path: string) {
  const fd = openSync(path, 'a')
  t.teardown(() => closeSync(fd))
  return fd
}

t.test('writes all lines to a file, in their order', async (t) => {
  const path = join(t.testdir({}), 'log')
  const { output, losses } = start(openFile(t, path), true)
  const lines = Array.from({ length: 1_000 }, (_, n) => `${n}\n`)
  for (const line of lines) output.write(line)
  await output.drain(60_000)
  t.equal(readFileSync(path, 'utf8'), lines.join(''))
  output.write('last\n')
  output.flushNow()
  t.equal(readFileSync(path, 'utf8'), `${lines.join('')}last\n`)
  t.same([output.dropped(), losses], [0, []])
})

t.test('writes few lines after a moment', async (t) => {
  const path = join(t.testdir({}), 'log')
  start(openFile(t, path), true).writeLines(1)
  while (readFileSync(path, 'utf8') === '') await sleep(10)
  t.equal(readFileSync(path, 'utf8'), 'x\n')
})

t.test('drops the lines that a full disk does not accept', async (t) => {
  for (const isFile of [true, false]) {
    const { output, losses, writeLines } = start(openFile(t, '/dev/full'), isFile)
    writeLines(1_000)
    await output.drain(60_000)
    t.equal(output.dropped(), 1_000)
    t.same(losses, [], 'it cannot be reported yet')
  }
})

t.test('queues lines for a slow reader, up to a limit, and reports once which were dropped', async (t) => {
  const { reader, writer, fill } = openPipe(t, { blocks: false })
  t.teardown(() => closeSync(reader))
  const { output, losses, writeLines } = start(writer, false)
  fill()
  const line = 'x'.repeat(1_023)
  writeLines(17 * 1_024, line)
  await output.drain(20)
  const dropped = output.dropped()
  t.ok(dropped >= 1_024 && dropped < 1_024 + 128, `${dropped} lines are above 16 MiB`)

  let text = ''
  const done = output.drain(60_000).then(() => true)
  while (!await Promise.race([done, sleep(1, false)])) text += readPipe(reader)
  text += readPipe(reader)
  t.equal(text.split(line).length - 1, 17 * 1_024 - dropped)
  t.same(losses, [{ lines: dropped, reason: 'queue-full' }])
})

t.test('begins a new line after one that was written in part', async (t) => {
  const { reader, writer, openReader } = openPipe(t, { blocks: false })
  const { output, losses, writeLines } = start(writer, false)
  // More than a pipe has room for: the first lines are written, and one of them in part.
  writeLines(3, 'a'.repeat(50_000))
  output.flushNow()
  const written = readPipe(reader)
  t.match(written, /^a{50000}\na+$/)
  closeSync(reader)
  output.flushNow()
  t.equal(output.dropped(), 2)
  output.flushNow()
  t.equal(output.dropped(), 2, 'a line counts once')
  const next = openReader()
  t.teardown(() => closeSync(next))
  writeLines(1, 'b')
  output.flushNow()
  t.equal(readPipe(next), '\nb\n')
  t.same(losses, [{ lines: 2, reason: 'EPIPE' }])
})

t.test('where processes share a pipe, it accepts each batch of short lines as a whole or not', async (t) => {
  const { reader, writer, fill } = openPipe(t, { blocks: false })
  t.teardown(() => closeSync(reader))
  const output = createLogOutput({ fd: writer, isFile: false }, true)
  const lines = ['a', 'b', 'c', 'ü', 'long'].map((text) => text.padEnd(text === 'long' ? 5_000 : 1_500, text))
  for (const line of lines) output.write(`${line}\n`)
  fill()
  // A part of the pipe is free again: room for less than two lines.
  t.equal(readSync(reader, Buffer.alloc(4_096)), 4_096)
  output.flushNow()
  const written = () => readPipe(reader).replace(/^\n+/, '')
  t.equal(written(), `${lines.slice(0, 2).join('\n')}\n`)
  output.flushNow()
  t.equal(written(), `${lines.slice(2).join('\n')}\n`)
  output.flushNow()
  t.equal(output.dropped(), 0)
})

t.test('needs no function for its reports', async (t) => {
  const { reader, writer, openReader } = openPipe(t, { blocks: false })
  const output = createLogOutput({ fd: writer, isFile: false })
  closeSync(reader)
  output.write('lost\n')
  output.flushNow()
  const next = openReader()
  t.teardown(() => closeSync(next))
  output.write('kept\n')
  output.flushNow()
  t.equal(readPipe(next), 'kept\n')
  t.equal(output.dropped(), 1)
})

t.test('makes a pipe, a socket or a terminal non-blocking, and leaves a file as it is', async (t) => {
  const blocking: boolean[] = []
  const listeners: string[] = []
  const on = (name: string, listener: (err: Error) => void) => {
    listeners.push(name)
    listener(new Error('ENOSPC'))
  }
  const stream = (more: object) => ({ fd: 1, on, ...more })
  const handle = { fd: 7, setBlocking: (value: boolean) => { blocking.push(value) } }
  const asStream = (value: object) => value as NodeJS.WritableStream
  t.same(neverBlock(asStream(stream({ _handle: handle }))), { fd: 7, isFile: false })
  t.same(neverBlock(asStream(stream({}))), { fd: 1, isFile: true })
  t.same(blocking, [false])
  t.same(listeners, ['error', 'error'])
})
