import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { mean, shuffle } from '../../../bench/statistics.js'
import { parseDuration } from '#lib/duration.js'
import { startAsker } from './asker.js'
import type { Asker } from './asker.js'
import { answers } from '#test/robustness/faults/cases/answers.js'
import { atOnce } from '#test/robustness/faults/cases/at-once.js'
import { cloud } from '#test/robustness/faults/cases/cloud.js'
import { connections } from '#test/robustness/faults/cases/connections.js'
import type { Case } from './case.js'
import { marker } from './faults.js'
import { questionsOf, wrongIn } from './questions.js'
import { record } from './record.js'
import { titleOf } from './run-case.js'
import { startServer } from './server.js'
import { startSite } from './site.js'
import { filesOf, watchProcess } from './watch.js'

/** Seconds. */
const length = parseDuration(process.env.SOAK ?? '20s')!
/** Who asks at once for as much as they are answered: more than that is no rate to begin with. */
const callers = 256
/**
 * A rate is within the capacity where 99 % of what is asked for some seconds is answered within so many
 * milliseconds.
 */
const [seconds, inTime] = [5, 100]
/** Of which one fault lasts so long, and one begins so often. */
const [faulty, period] = [5, 20]
/** From how many faults on it is told whether memory grows. */
const enough = 12
/**
 * Milliseconds after which nobody keeps a connection on which nothing is asked: the upstreams say that they
 * do for 65 s.
 */
const idle = 70_000
t.setTimeout((length + 240) * 1_000)

/** Those that can come and go while a server runs. */
const faults = shuffle(
  [
    ...connections, ...answers, ...cloud, ...atOnce
  ].filter(({ fromStart, env, shift }) => !(fromStart ?? env ?? shift))
)

const site = await startSite(t)
if (site) {
  await t.test('the service goes on at 80 % of what it can do, while its upstreams fail one after the ' +
    'other', async (t) => {
    const server = await startServer(t, { ...site.env, LOG_LEVEL: 'info' })
    const { cloud } = site.simulator
    const questions = [...site.known, ...site.unknown, ...[
      ...cloud.instancesByProject
    ].flatMap(([id, [instance]]) =>
      questionsOf(cloud.projects.get(id)!, instance!.id, site.minutes))]
    const paths = questions.map(({ path }) => path)

    const truths = [site.truth()]
    let judged = 0
    const wrong: string[] = []
    const asker = startAsker(t, server.origin, paths, (path, text) => {
      judged++
      wrong.push(...wrongIn(questions[path]!, text, truths))
    })
    const port = Number(new URL(server.origin).port)
    const before = filesOf(server.pid, port)
    const [capacity, within] = await capacityOf(asker)
    const rate = Math.round(0.8 * capacity)
    const watch = watchProcess(server.pid, port)
    const asking = asker.atRate(rate, length, marker)

    const told: string[] = []
    for (let n = 0; (n + 1) * period <= length; n++) {
      const one: Case = faults[n % faults.length]!
      await sleep((period - faulty) / 2 * 1_000)
      watch.mark()
      const end = await one.begin(site, one.at, server)
      await sleep(faulty * 1_000)
      await end()
      await sleep((period - faulty) / 2 * 1_000)
      told.push(titleOf(one))
    }
    const { sent, statuses, unanswered, leaked, latency, busy } = await asking
    const { resident, handles } = watch.stop()
    await sleep(idle)
    const after = filesOf(server.pid, port)
    t.ok(after <= before + 2, `it has the files and sockets open that it had before: ${before}, ${after}`)

    t.equal(unanswered.length, 0, `each of ${sent} requests has an answer`)
    t.same(unanswered.slice(0, 5), [])
    t.notOk(statuses[500], 'none is a fault of the service\'s own')
    t.ok(judged > 0)
    t.same(wrong.slice(0, 5), [], 'no number is wrong')
    t.equal(leaked, 0, 'no answer has an upstream\'s words')
    t.equal(await server.end(), 0, 'the process lived until it was asked to end')
    t.notMatch(server.output(), /unhandled|uncaught|"level":60/i)
    t.notOk(server.output().includes(marker))

    const third = Math.ceil(resident.calm.length / 3)
    const flat = ({ calm, all }: { calm: number[], all: number[] }) =>
      [mean(calm.slice(0, third)), mean(calm.slice(-third)), Math.max(...all)].map(Math.round)
    const [memory, files] = [flat(resident), flat(handles)]
    if (told.length >= enough) t.ok(memory[1]! <= 1.2 * memory[0]!, `memory is flat: ${memory}`)
    record({
      seconds: length,
      within,
      capacity,
      rate,
      sent,
      statuses,
      unanswered: unanswered.length,
      judged,
      wrong: wrong.length,
      latency: latency.map(Math.round),
      resident: memory,
      handles: files,
      busy: Math.round(busy * 100) / 100,
      faults: told
    })
  })
}

/**
 * Requests a second: the most, of rates each 5 % less than the one before, that the service can do. Where
 * callers wait for their answers it does more, but late. Half of that has to do where a busy machine makes
 * some answers late at any rate: so it is told, too, within how many milliseconds they came.
 */
async function capacityOf (asker: Asker) {
  const most = Math.round(await asker.atMost(callers, seconds))
  for (let rate = most; ; rate = Math.round(0.95 * rate)) {
    const { latency: [, late] } = await asker.atRate(rate, seconds, marker)
    if (late! < inTime || rate < most / 2) return [rate, Math.max(inTime, Math.ceil(late!))] as const
  }
}
