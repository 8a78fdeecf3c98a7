// Hours of one conversation on a clock that moves when told: voices, typed turns, turns of MMDAgent-EX with pictures, tools, pictures,
// listening noises and hard words over replies, buttons, and engines of which one request in twenty goes wrong.
//   node --expose-gc test/bench/conversation-soak.js [--hours 8] [--check]
// The ear hears every frame of it (recorded speech over a soft noise); ear, judgements and reader of replies are the program's own, model,
// recognizer, voice and tools are scripted. After every simulated half hour garbage is collected and counted what is held.
// Must hold: behind the first hour what is held grows by less than 0.25 MiB an hour (line of least squares) and RSS by less than 32 MiB
// in all, every kind of end of a turn was there, and no timer is left.

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled } from './bundled.js';

const { values } = parseArgs({
  options: { hours: { type: 'string', default: '8' }, check: { type: 'boolean', default: false } },
});
const EVERY_MS = 1_800_000;
const MAX_SLOPE_MIB = 0.25;
const MAX_RSS_MIB = 32;
const MIB = 2 ** 20;
if (globalThis.gc === undefined) throw new Error('Expected node --expose-gc: garbage would be counted');
const gc = () => {
  for (let round = 0; round < 3; round++) globalThis.gc();
};
const { soak } = await bundled('../support/dialogue/soak.ts');
const wav = fileURLToPath(new URL('../../fixtures/lipsync/spoken/en_slt.wav', import.meta.url));
const run = soak(Number(values.hours), { everyMs: EVERY_MS, wav, gc });

const samples = [];
let next = await run.next();
for (; next.done !== true; next = await run.next()) {
  const { simulatedMs, heldBytes, rssBytes, outcomes } = next.value;
  samples.push({
    hours: simulatedMs / 3_600_000,
    heldMib: heldBytes / MIB,
    rssMib: rssBytes / MIB,
    outcomes,
  });
  const { hours, heldMib, rssMib } = samples.at(-1);
  console.log(
    `     ${hours.toFixed(2)} h: holds ${heldMib.toFixed(2)} MiB, RSS ${rssMib.toFixed(0)} MiB, turns ${JSON.stringify(outcomes)}`,
  );
}

/** MiB an hour. */
function slope(of) {
  const meanX = of.reduce((sum, { hours }) => sum + hours, 0) / of.length;
  const meanY = of.reduce((sum, { heldMib }) => sum + heldMib, 0) / of.length;
  const over = of.reduce((sum, { hours, heldMib }) => sum + (hours - meanX) * (heldMib - meanY), 0);
  return over / of.reduce((sum, { hours }) => sum + (hours - meanX) ** 2, 0);
}

let isMet = true;
function hold(isGood, text) {
  isMet &&= isGood;
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${text}`);
}
const warm = samples.filter(({ hours }) => hours > 1);
const [first, last] = [warm[0] ?? samples[0], samples.at(-1)];
const grown = warm.length < 3 ? Number.NaN : slope(warm);
hold(!(grown > MAX_SLOPE_MIB), `what is held grows by ${grown.toFixed(3)} MiB an hour (${MAX_SLOPE_MIB})`);
hold(
  last.rssMib - first.rssMib <= MAX_RSS_MIB,
  `RSS grew by ${(last.rssMib - first.rssMib).toFixed(1)} MiB (${MAX_RSS_MIB})`,
);
const missing = ['completed', 'interrupted', 'dropped', 'failed'].filter(
  (outcome) => !(last.outcomes[outcome] > 0),
);
hold(missing.length === 0, `ends of turns that never came: ${missing.join(', ') || 'none'}`);
hold(next.value === 0, `${next.value} timers left`);
if (values.check && !isMet) process.exitCode = 1;
