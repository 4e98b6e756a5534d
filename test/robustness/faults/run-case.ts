import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { UpstreamName } from '#simulator/simulator.js'
import type { Case, End } from './case.js'
import { countedBetween, countedBy } from './counted.js'
import type { Count } from './counted.js'
import { marker } from './faults.js'
import { missingIn, wrongIn } from './questions.js'
import type { Kind, Question } from './questions.js'
import { record } from './record.js'
import { startServer } from './server.js'
import type { Got, Server } from './server.js'
import { roles } from './site.js'
import type { Site } from './site.js'
import type { Truth } from './truth.js'

/**
 * Milliseconds. A call may take one second, with its second try; a request waits for two or three that follow
 * each other, on a slow machine.
 */
const slowest = 5_000
/** Until all is well again. */
const recovery = 5_000
/** As long as that is looked for. */
const patience = 10_000
/** After which what was answered before is neither fresh nor given out while it is read again. */
const stale = 2_100
/** Between two looks at whether all is as it was. */
const pause = 100
/** Who asks at once, where there is load. */
const callers = 8

/** An answer to a question. */
export interface Seen extends Got {
  question: Question
}

/** Runs cases one after the other, each with a server of its own. */
export async function runCases (t: Test, site: Site | undefined, cases: Case[]) {
  if (site === undefined) return
  for (const one of cases) await t.test(titleOf(one), (t) => runCase(t, site, one))
}

const placeOf = ({ at, where = at.length === roles.length ? 'all' : at.join(', ') }: Case) => where
export const titleOf = (one: Case) => `${placeOf(one)}: ${one.name}`

async function runCase (t: Test, site: Site, one: Case) {
  const { known, unknown } = site
  const truths = [site.truth()]
  const clocks = () => [0, one.shift ?? 0].map((shift) => Date.now() + shift)
  const calls = () => one.at.map((role) => ({ ...site.proxies[role].counted }))
  let load: Load | undefined
  let end: End = one.fromStart ? await one.begin(site, one.at) : () => {}

  const server = await startServer(t, { ...site.env, ...one.env?.(site) })
  const started = performance.now()
  let asked = started
  if (!one.fromStart) {
    // A server that has just been started may be late with what it does for the first time, on a busy
    // machine.
    let before: Seen[]
    do {
      asked = performance.now()
      before = await askAll(server, known)
    } while (before.some(({ status }) => status !== 200) && asked - started < patience)
    t.same(before.map(({ status }) => status), known.map(() => 200), 'all is well before')
    t.same(wrongOf(before, truths, clocks()), [], 'and right')
    if (one.load) t.teardown((load = startLoad(server, known)).stop)
  }

  const before = calls()
  const countedBefore = one.fromStart ? [] : await countedBy(server)
  if (!one.fromStart) end = await one.begin(site, one.at, server)
  load?.ask([...known, ...unknown])
  const [health, fresh] = await Promise.all([server.get('/healthz'), askAll(server, unknown)])
  await sleep(Math.max(0, stale - (performance.now() - asked)))
  const stood = one.fromStart ? [] : await askAll(server, known)
  if (load) await sleep(stale)
  const counted = countedBetween(countedBefore, await countedBy(server))
  const after = calls()
  const during = [...fresh, ...stood, ...load?.seen.splice(0) ?? []]

  t.equal(health.status, 200, '/healthz answers')
  for (const kind of ['summary', 'instances', 'series'] as const) {
    isOutcome(t, kind, fresh.filter(({ question }) => question.kind === kind), one)
  }
  t.same(told(stood.filter(({ status }) => status !== 200)), [], 'who has asked before is answered')
  t.same(told(during.filter(isNoAnswer)), [], 'each request has an answer')
  t.same(wrongOf(during, truths, clocks()), [], 'no number is wrong')
  t.same(told(during.filter(isNoProblem)), [], 'what is no answer is a problem')
  isCounted(t, counted, one)
  const longest = Math.max(...during.map(({ ms }) => ms))
  t.ok(longest < slowest, `the slowest answer took ${Math.round(longest)} ms`)

  await end()
  const ended = performance.now()
  const truth = await site.change()
  const back = await recovered(server, [...known, ...unknown], truth, ended, [...truths, truth], clocks, t)
  t.ok(back < recovery, `all is well again after ${Math.round(back)} ms`)
  await load?.stop()
  const afterwards = load?.seen ?? []
  t.same(told(afterwards.filter(isNoAnswer)), [], 'each request has an answer afterwards too')
  t.same(wrongOf(afterwards, [...truths, truth], clocks()), [], 'and no number in it is wrong')

  const code = server.lives() ? await server.end() : null
  t.equal(code, 0, 'the process lived until it was asked to end')
  const output = server.output()
  t.notOk(
    during.some(({ text, headers }) => `${text}${JSON.stringify(headers)}`.includes(marker)),
    'no answer has an upstream\'s words'
  )
  t.notOk(output.includes(marker), 'nor has the log')
  t.notMatch(output, /unhandled|uncaught|"level":60/i)

  const kinds = (seen: Seen[]) =>
    Object.fromEntries((['summary', 'instances', 'series'] as const).map((kind) =>
      [kind, tellAll(seen.filter(({ question }) => question.kind === kind))]))
  record({
    fault: one.name,
    where: placeOf(one),
    load: one.load ?? false,
    unknown: kinds(fresh),
    known: one.fromStart ? null : tellAll(stood),
    slowest: Math.round(longest),
    back: Math.round(back),
    answers: during.length,
    counted,
    calls: one.at.length === 0 ? null : sum(after, 'requests') - sum(before, 'requests'),
    connections: one.at.length === 0 ? null : sum(after, 'connections') - sum(before, 'connections')
  })
}

const sum = <Name extends string> (counts: Array<Record<Name, number>>, name: Name) =>
  counts.reduce((sum, count) => sum + count[name], 0)

async function askAll (server: Server, questions: Question[]): Promise<Seen[]> {
  return await Promise.all(
    questions.map(async (question) => ({ question, ...await server.get(question.path) }))
  )
}

interface Load {
  seen: Seen[]
  /** What is asked from now on. */
  ask: (questions: Question[]) => void
  stop: () => Promise<unknown>
}

/** Asks all the time, each caller when he has his last answer. */
function startLoad (server: Server, questions: Question[]): Load {
  const load = {
    goesOn: true,
    seen: [] as Seen[],
    ask (others: Question[]) { questions = others },
    stop: () => {
      load.goesOn = false
      return asking
    }
  }
  const asking = Promise.all(Array.from({ length: callers }, async (_, caller) => {
    for (let n = caller; load.goesOn; n++) {
      load.seen.push(...await askAll(server, [questions[n % questions.length]!]))
      await sleep(20)
    }
  }))
  return load
}

/**
 * Milliseconds until each question has an answer that is whole and has been read since. Until then none is
 * wrong.
 */
async function recovered (
  server: Server,
  questions: Question[],
  truth: Truth,
  since: number,
  truths: Truth[],
  clocks: () => number[],
  t: Test
) {
  for (;;) {
    const seen = await askAll(server, questions)
    const wrong = wrongOf(seen, truths, clocks())
    const now = performance.now() - since
    if (wrong.length > 0) t.same(wrong, [], 'no number is wrong afterwards')
    if (seen.every(
      (one) => one.status === 200 && missingIn(one.question, one.text).length === 0 && wrongIn(
        one.question, one.text, [truth], clocks()
      ).length === 0
    )) {
      return now
    }
    if (now > patience) {
      t.same(told(seen.filter(({ status }) => status !== 200)), [], 'all is answered again')
      t.same(wrongOf(seen, [truth], clocks()), [], 'all is read again')
      return now
    }
    await sleep(pause)
  }
}

/** What is wrong in the answers that are some. */
const wrongOf = (seen: Seen[], truths: Truth[], clocks: number[]) =>
  [
    ...new Set(
      seen.filter(({ status }) => status === 200).flatMap(
        ({ question, text }) => wrongIn(question, text, truths, clocks)
      )
    )
  ]

/** Whether a request came to nothing, or met a fault of the service's own. */
const isNoAnswer = ({ status }: Seen) => status === undefined || status === 500

/** Whether it is neither answered nor told as a problem. */
function isNoProblem ({ status, headers, text }: Seen) {
  if (status === 200 || status === undefined) return false
  const { status: told, detail, instance } = JSON.parse(text)
  const isTold = /^application\/problem\+json\b/.test(String(headers['content-type'])) && told === status &&
    typeof detail === 'string' && typeof instance === 'string'
  return !isTold || (status === 503 && !/^[1-9]\d*$/.test(String(headers['retry-after'])))
}

function isOutcome (t: Test, kind: Kind, seen: Seen[], { outcome }: Case) {
  const { status, missing = [], perhaps = false } = outcome[kind]
  const allowed = [status].flat()
  t.same(
    told(seen.filter((one) => !allowed.includes(one.status!))),
    [],
    `${kind} is answered ${allowed.join(' or ')}`
  )
  for (const { question, text } of seen.filter(({ status }) => status === 200)) {
    const found = missingIn(question, text)
    if (!(perhaps && found.length === 0)) {
      t.same(found, [...missing].sort(), `${kind} is without ${missing.join(', ') || 'nothing'}`)
    }
  }
}

/** That is counted what a fault costs, and held against none that is well. */
function isCounted (t: Test, counted: Count[], { at, outcome }: Case) {
  const ill = new Set([...at, ...Object.values(outcome).flatMap(({ missing = [] }) => missing)])
  t.same(
    counted.filter(({ role }) => role !== undefined && !ill.has(role as UpstreamName)),
    [],
    'only who is ill is counted as that'
  )
  const outcomes = Object.values(outcome)
  if (outcomes.some(({ perhaps }) => perhaps)) return
  const costs = outcomes.some(
    ({ status, missing = [] }) => missing.length > 0 || [status].flat().every((status) => status >= 500)
  )
  t.equal(
    counted.some(({ what, how }) => what === 'answers' && how !== 'stale'),
    costs,
    'and that answers lack something, where they do'
  )
}

/** Answers in a few words, and each of them once. */
const told = (seen: Seen[]) =>
  [
    ...new Set(
      seen.map(
        ({ question, status, text }) => `${question.path}: ${status ?? ''} ${status === 200 ? '' : text}`
      )
    )
  ]

/** What answers have in common: their statuses, and what is missing. */
function tellAll (seen: Seen[]) {
  return {
    statuses: [...new Set(seen.map(({ status }) => status))].sort(),
    missing: [
      ...new Set(
        seen.flatMap(({ question, status, text }) => status === 200 ? missingIn(question, text) : [])
      )
    ].sort()
  }
}
