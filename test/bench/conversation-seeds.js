// Everything at random moments of random kinds of turns, on a clock that moves when told: voices, listening noises, hard words, typed
// turns, turns of MMDAgent-EX, of tools and of the operator, calls, pictures, buttons, and engines that fail.
//   node test/bench/conversation-seeds.js [--interruptions 4000] [--each 100] [--seed 1] [--check]
// Of each seed must hold: no stuck state and every handle settles; no question is lost; no reply goes back behind a later one or says
// anything twice, nothing leaves behind an interruption; what the model is given of earlier replies is what was heard of them; the next
// turn works; no timer is left. A failure prints its seed: `--seed N --interruptions 100` runs that one alone.
import { parseArgs } from 'node:util';
import { bundled } from './bundled.js';

const { values } = parseArgs({
  options: {
    interruptions: { type: 'string', default: '4000' },
    each: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    check: { type: 'boolean', default: false },
  },
});
const [total, each] = [Number(values.interruptions), Number(values.each)];
const { simulate } = await bundled('../support/dialogue/simulate.ts');

let [count, turns, simulatedMs, timers, failed] = [0, 0, 0, 0, 0];
const outcomes = {};
let seed = Number(values.seed);
for (; count < total; seed++) {
  // Half of them with a recognizer that streams; half with engines of which one request in seven goes wrong.
  const options = { isStreaming: seed % 2 === 0, faults: seed % 4 < 2 ? 0 : 0.15 };
  const result = await simulate({ seed, ...options, interruptions: Math.min(each, total - count) });
  count += result.interruptions;
  turns += result.turns;
  simulatedMs += result.simulatedMs;
  timers += result.timersLeft;
  for (const [outcome, times] of Object.entries(result.outcomes))
    outcomes[outcome] = (outcomes[outcome] ?? 0) + times;
  if (result.problems.length > 0 || result.timersLeft > 0) failed++;
  for (const problem of result.problems) console.log(`FAIL seed ${seed}: ${problem}`);
  if (result.timersLeft > 0) console.log(`FAIL seed ${seed}: ${result.timersLeft} timers left`);
}
const told = Object.entries(outcomes).map(([outcome, times]) => `${times} ${outcome}`);
console.log(
  `${failed === 0 ? 'ok  ' : 'FAIL'} ${count} interruptions in ${turns} turns (${told.join(', ')}), ${(simulatedMs / 3_600_000).toFixed(1)} simulated hours: ` +
    `${failed} of ${seed - Number(values.seed)} seeds failed, ${timers} timers left`,
);
if (values.check && failed > 0) process.exitCode = 1;
