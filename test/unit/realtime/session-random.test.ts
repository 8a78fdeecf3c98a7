import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/runtime/index.js';
import { type Answer, RealtimeServer, type Say, type ServerItem } from '../../support/realtime-server.js';
import { type Heard, type Rig, rig, Speech, soundOf, textOf } from './session-rig.js';

const TURNS = 60;

function randomAnswer(random: () => number): Answer {
  const says: Say[] = [];
  const count = Math.floor(random() * 5);
  for (let at = 0; at < count; at++) {
    const kind = random();
    if (kind < 0.4) says.push({ soundMs: 50 + Math.floor(random() * 900), item: random() < 0.8 ? 'a' : 'b' });
    else if (kind < 0.6) says.push({ text: 'word ' });
    else if (kind < 0.75) says.push('wait');
    else if (kind < 0.85) says.push({ call: 'look', arguments: '{}' });
    else if (kind < 0.9) says.push('drop');
    else if (kind < 0.95) says.push({ status: 'failed', details: { error: { type: 'server_error' } } });
    else says.push({ status: 'incomplete', details: { reason: 'max_output_tokens' } });
  }
  return { says, ...(random() < 0.5 ? { userText: 'something' } : {}) };
}

/** One turn in which anything may happen. */
async function randomTurn({ start, settle, server }: Rig, random: () => number): Promise<Heard> {
  server.answers = [randomAnswer(random)];
  const speech = new Speech().say(100 + Math.floor(random() * 400));
  const heard = start(random() < 0.6 ? { sound: speech } : { text: 'Hello' });
  await settle(random() * 40);
  const session = server.last;
  speech.say(100).end();
  if (random() < 0.7) await settle(random() * 40);
  const heardMs = random() * 2500;
  const what = random();
  if (what < 0.4) await heard.turn.truncate(heardMs);
  else if (what < 0.55) await heard.turn.cancel();
  else if (what < 0.6) session.drop();
  else
    while (!heard.isDone && random() < 0.9) {
      server.last.go();
      await settle(500);
    }
  await settle(random() * 40);
  return heard;
}

describe('RealtimeSession in which anything happens at any moment', () => {
  it.each([1, 2, 3, 4])('is never stuck and leaves nothing (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const run = await rig({}, { firstByteMs: 3000, idleMs: 3000 }, new RealtimeServer());
    const heards: Heard[] = [];
    for (let turn = 0; turn < TURNS; turn++) heards.push(await randomTurn(run, random));
    run.server.answers = [{ says: [{ soundMs: 300 }, { text: 'Here.' }] }];
    const last = run.start({ sound: new Speech().say(300).end() });
    await run.settle(8000);
    expect(textOf(last)).toBe('Here.');
    expect(soundOf(last).byteLength).toBe(300 * 48);
    await run.settle(30_000);
    for (const [at, { isDone, parts }] of heards.entries()) {
      expect(isDone, `turn ${at}`).toBe(true);
      expect(parts.filter(({ type }) => type === 'end').length, `turn ${at}`).toBeLessThanOrEqual(1);
    }
    for (const { turn } of heards) await turn.userText;
    await run.session.close();
    await run.settle();
    expect(run.clock.pendingCount).toBe(0);
  });

  it.each([11, 12])('cuts the model to what was heard, whenever that is (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const server = new RealtimeServer();
    const run = await rig({}, {}, server);
    for (let turn = 0; turn < 40; turn++) {
      const lengths = [1 + Math.floor(random() * 900), 1 + Math.floor(random() * 900)];
      const [first = 0, second = 0] = lengths;
      server.answers = [{ says: [{ soundMs: first }, 'wait', { soundMs: second, item: 'b' }] }];
      const heard = run.start({ text: 'Hello' });
      await run.settle();
      const isComplete = random() < 0.5;
      if (isComplete) {
        server.last.go();
        await run.settle();
      }
      const givenMs = soundOf(heard).byteLength / 48;
      const heardMs = Math.floor(random() * (givenMs + 200));
      await heard.turn.truncate(heardMs);
      await run.settle();
      const keptMs = answerItems(server).reduce((sum, { soundMs }) => sum + (soundMs ?? 0), 0);
      expect(keptMs).toBe(Math.min(heardMs, givenMs));
    }
    expect(run.told).toEqual([]);
  });
});

/** What the server remembers of its answer to the last words of the user. */
function answerItems({ last: { items } }: RealtimeServer): readonly ServerItem[] {
  return items.slice(items.findLastIndex(({ role }) => role === 'user') + 1);
}
