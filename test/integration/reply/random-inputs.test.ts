import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReplyRig, replyRig, type Topology } from '../../support/reply/reply-rig.js';

/** The peer's block that waits for more sound, and what is faded in. */
const MAX_LOST_MS = 16 + 8 + 2;
const LONGEST_WORD_MS = 'everything.'.length * 50;
const TEXTS = ['Hello there. ', 'How are you today? ', 'I am. ', '', 'Nobody knows everything. '];

const input = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const), text: fc.constantFrom(...TEXTS) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 900 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
);
const script = fc.record({
  isHeld: fc.boolean(),
  latencyMs: fc.constantFrom(0, 100, 400),
  speed: fc.constantFrom(undefined, 0.8, 4),
  tells: fc.constantFrom('characters' as const, 'words' as const, 'phonemes' as const, 'nothing' as const),
  inputs: fc.array(input, { minLength: 1, maxLength: 14 }),
  ending: fc.constantFrom('end' as const, 'cancel' as const),
});
type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

/** Each place where the sound did not simply go on. */
function breaks(heard: readonly number[]): readonly { readonly after: number; readonly at: number }[] {
  return heard.flatMap((at, n) => {
    const after = heard[n - 1] ?? -1;
    return at === after + 1 ? [] : [{ after, at }];
  });
}

async function play(topology: Topology, { isHeld, latencyMs, speed, tells, inputs, ending }: Script) {
  const engine = { latencyMs, ...(speed === undefined ? {} : { speed }) };
  const rig: ReplyRig = await replyRig(topology, { tells, script: engine });
  try {
    const { reply, heard, told } = rig.open({ isHeld });
    let text = '';
    let pushed = 0;
    for (const one of inputs) {
      if (one.do === 'push') {
        void reply.push({ text: one.text });
        text += one.text;
        pushed++;
      } else if (one.do === 'wait') await rig.clock.advanceAsync(one.ms);
      else reply[one.do]();
      expect(text.startsWith(reply.heard().text)).toBe(true);
    }
    if (ending === 'cancel') void reply.cancel();
    else {
      reply.end();
      reply.release();
      reply.resume();
    }
    const end = await rig.until(reply.ended);
    const endedAtMs = rig.clock.nowMs();
    await rig.clock.advanceAsync(2000);
    return {
      rig,
      end,
      text,
      pushed,
      heard,
      told,
      endedAtMs,
      resumes: told.filter((one) => one === 'resumed').length,
    };
  } finally {
    await rig.close();
  }
}

describe.each(['stream', 'local', 'peer', 'client', 'text'] as const)(
  'Any inputs of a reply by %s',
  (topology) => {
    it('lead to its end, tell each piece once and in order, and never take back what was heard', async () => {
      await fc.assert(
        fc.asyncProperty(script, async (given) => {
          const { end, text, pushed, heard, told, rig } = await play(topology, given);
          expect(end.reason).toBe(given.ending === 'end' ? 'completed' : 'cancelled');
          expect(text.startsWith(end.heard.text)).toBe(true);
          if (given.ending === 'end') expect(end.heard).toMatchObject({ pieces: pushed, text });
          const started = told.filter((one) => one.startsWith('+')).map((one) => Number(one.slice(1)));
          const ended = told.filter((one) => one.startsWith('-')).map((one) => Number(one.slice(1)));
          expect(started).toEqual(started.map((_, n) => n));
          expect(ended).toEqual(ended.map((_, n) => n));
          if (given.ending === 'end') expect([started.length, ended.length]).toEqual([pushed, pushed]);
          const texts = heard.map((one) => one.text.length);
          expect(texts).toEqual(texts.toSorted((a, b) => a - b));
          expect(rig.openingNow()).toBe(0);
        }),
        { numRuns: 60 },
      );
    });
  },
);

describe.each(['stream', 'local', 'client'] as const)(
  'Any inputs of a reply whose sound is ours, by %s',
  (topology) => {
    it('lose no sound, and repeat nothing but words that were cut off', async () => {
      await fc.assert(
        fc.asyncProperty(script, async (given) => {
          const { rig, end, endedAtMs, resumes } = await play(topology, given);
          const heard = rig.heardMs();
          const places = breaks(heard);
          for (const { after, at } of places) {
            // Forward: what a cut loses. Back: to the border of a word.
            expect(at - after - 1).toBeLessThanOrEqual(MAX_LOST_MS);
            expect(after + 1 - at).toBeLessThanOrEqual(LONGEST_WORD_MS + MAX_LOST_MS);
          }
          expect(places.length).toBeLessThanOrEqual(resumes);
          if (end.reason === 'completed') {
            const saidMs = rig.engines.reduce((sum, { saidMs: ms }) => sum + ms, 0);
            // One that is paused in its very last block loses that.
            const lostMs = saidMs - 1 - (heard.at(-1) ?? -1);
            expect(lostMs).toBeLessThanOrEqual(resumes === 0 ? 0 : MAX_LOST_MS);
            expect(end.heard.heardMs).toBeGreaterThan(saidMs - 1);
          }
          // The lead, and the way.
          if (heard.length > 0) expect(rig.silentSinceMs()).toBeLessThanOrEqual(endedAtMs + 165);
        }),
        { numRuns: 60 },
      );
    });
  },
);
