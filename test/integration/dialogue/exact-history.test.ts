import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpokenWord } from '../../../src/language/index.js';
import { talk } from '../../support/dialogue/talk.js';
import { MS_PER_CHARACTER } from '../../support/reply/coded-engine.js';
import { type ReplyRig, replyRig } from '../../support/reply/reply-rig.js';

/** As the model writes it, and what is said of it. */
const REPLY = '[face:joy]それはですね。[animation:wave]とても長い話になります。まず最初に、昔々のことです。';
const SAID = 'それはですね。とても長い話になります。まず最初に、昔々のことです。';
const PHRASE = 'ええと。';
const TAG = /\[[^\]]*\]/g;
/** The peer's block that waits for more sound, and what is faded in. */
const MAX_LOST_MS = 16 + 8 + 2;
const END_TOLERANCE_MS = 40;
/** A hundred conversations through everything. */
const SLOW = { timeout: 120_000 };

/** One word a sentence, a phoneme a letter: as the coded engine says it. */
const letterwise = {
  pronounce: async (text: string): Promise<readonly SpokenWord[]> => [
    {
      ...{ text, from: 0, to: text.length, language: 'ja' as const, isPause: false },
      readings: [Array.from(text, () => 'a')],
    },
  ],
};

const moment = fc.record({
  tells: fc.constantFrom('characters' as const, 'words' as const, 'phonemes' as const),
  isAcknowledged: fc.boolean(),
  /** A listening noise, after so long; the reply stops for it and goes on. */
  backchannelAtMs: fc.option(fc.integer({ min: 200, max: 1800 }), { nil: undefined, freq: 2 }),
  /** The reply takes 1.7 s, 2.5 s with a listening noise. */
  interruptedAtMs: fc.integer({ min: 0, max: 3000 }),
});
type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;

/** Certain to cut a sentence, and to go on after a listening noise, whatever chance adds. */
const CERTAIN: [Moment][] = (['characters', 'phonemes'] as const).flatMap((tells): [Moment][] => [
  ...[500, 850, 1650].map((interruptedAtMs): [Moment] => [
    { ...{ tells, isAcknowledged: false, backchannelAtMs: undefined }, interruptedAtMs },
  ]),
  [{ ...{ tells, isAcknowledged: true, backchannelAtMs: 700 }, interruptedAtMs: 1900 }],
]);

async function interrupted(topology: 'stream' | 'local' | 'peer', given: Moment) {
  const { tells, isAcknowledged, backchannelAtMs = Number.POSITIVE_INFINITY, interruptedAtMs } = given;
  const rig: ReplyRig = await replyRig(topology, {
    tells,
    ...(tells === 'phonemes' && { pronouncer: letterwise }),
  });
  const { clock } = rig;
  const t = talk({
    clock,
    settings: { acknowledgement: { phrases: isAcknowledged ? [PHRASE] : [], afterMs: 0 } },
    model: { msPerCharacter: 10 },
    ports: { voice: rig.voice },
  });
  t.model.answer = () => REPLY;
  t.model.faults.length = 0;
  /** What was asked of engine and avatar when it was cut: nothing later belongs to it. */
  let asked: { readonly saidMs: number; readonly synths: number } | undefined;
  const cut = (): void => {
    const saidMs = rig.engines.reduce((sum, engine) => sum + engine.saidMs, 0);
    asked ??= { saidMs, synths: rig.synths().length };
  };
  t.conversation.events.on('interrupted', cut);
  t.conversation.events.on('turnEnded', cut);
  t.conversation.ask({ text: '話して', by: 'typed' });
  await t.pass(0);
  // A listening noise at the very end, or understood behind it, is a question; guesses ask too.
  for (let n = 0; n < 5; n++) t.model.faults.push({ kind: 'stall', when: 'before' });
  await t.pass(Math.min(backchannelAtMs, interruptedAtMs));
  if (backchannelAtMs < interruptedAtMs) {
    t.ear.say({ text: 'うん', ms: 300 });
    await t.pass(interruptedAtMs - backchannelAtMs);
  }
  t.conversation.interrupt();
  await t.pass(700);
  const end = t.ends[0];
  const resumes = t.told.filter(([name]) => name === 'resumed').length;
  const playedMs = topology === 'peer' ? 0 : lastOf(rig.heardMs().filter((ms) => ms < (asked?.saidMs ?? 0)));
  t.conversation.ask({ text: '次は？', by: 'typed' });
  await t.pass(300);
  const messages = t.asked();
  await t.end();
  await rig.close();
  return {
    end,
    messages,
    playedMs,
    synths: asked?.synths ?? 0,
    resumes,
    before: isAcknowledged ? PHRASE : '',
  };
}

function lastOf(heardMs: readonly number[]): number {
  return Math.max(0, ...heardMs.map((ms) => ms + 1));
}

/** The most that may count as heard. What was heard to within 40 ms of a sentence's end was heard whole. */
function mostAt(text: string, playedMs: number, tells: Moment['tells']): number {
  const lateMs = playedMs + MAX_LOST_MS;
  const nearly =
    text.slice(0, Math.floor((lateMs + END_TOLERANCE_MS) / MS_PER_CHARACTER)).lastIndexOf('。') + 1;
  return Math.max(unitsAt(text, lateMs, tells), nearly);
}

/** How much of a text of the coded engine is over when so much of its sound is. A word is a sentence here. */
function unitsAt(text: string, playedMs: number, tells: Moment['tells']): number {
  const letters = Math.min(text.length, Math.floor(playedMs / MS_PER_CHARACTER));
  if (tells !== 'words') return letters;
  return text.slice(0, letters).lastIndexOf('。') + 1;
}

type Interrupted = Awaited<ReturnType<typeof interrupted>>;

/** What the model is told is what was heard, its tags before its words, and no acknowledgement. */
function checkMessages({ end, messages }: Interrupted): void {
  const told = messages.flatMap((message) => (message.role === 'assistant' ? [message.text] : []));
  expect(told.join('').replace(TAG, '')).toBe(end?.heard ?? '');
  expect([REPLY.startsWith(told.join('')), told]).toEqual([true, told]);
  if ((end?.heard ?? '') !== '') expect(told.join('')).toMatch(/^\[face:joy\]/);
}

describe.each(['stream', 'local'] as const)(
  'What is remembered of a reply that is cut, by %s',
  (topology) => {
    it('is what was played of it, to the unit that its engine tells, whenever it is cut', SLOW, async () => {
      let cuts = 0;
      let resumed = 0;
      const property = fc.asyncProperty(moment, async (given) => {
        const result = await interrupted(topology, given);
        const { end, playedMs, before } = result;
        checkMessages(result);
        const told = (end?.acknowledgement ?? '') + (end?.heard ?? '');
        const all = before + SAID;
        expect(all.startsWith(told)).toBe(true);
        const least = unitsAt(all, playedMs, given.tells);
        // A part of a block that waits for more is thrown away by who plays it.
        expect(told.length).toBeGreaterThanOrEqual(least);
        expect(told.length).toBeLessThanOrEqual(mostAt(all, playedMs, given.tells));
        if (end?.cut !== undefined) {
          expect(end.cut).toEqual({ unit: given.tells.slice(0, -1), isEstimated: false });
          cuts++;
        }
        resumed += result.resumes;
      });
      // Unbiased: moments of the beginning and of the end cut nothing.
      await fc.assert(property, { numRuns: 40, examples: CERTAIN, unbiased: true });
      // Moments between sentences tell no unit.
      expect(cuts).toBeGreaterThan(5);
      expect(resumed).toBeGreaterThan(1);
    });
  },
);

describe("What is remembered of a reply that is cut, by MMDAgent-EX's own voice", () => {
  it('is never more than the sentence that was being said, nor less than those before it', SLOW, async () => {
    const property = fc.asyncProperty(moment, async (given) => {
      const result = await interrupted('peer', given);
      const { end, synths, before } = result;
      checkMessages(result);
      const told = (end?.acknowledgement ?? '') + (end?.heard ?? '');
      const sentences = (before + SAID).match(/[^。]*。/g) ?? [];
      expect((before + SAID).startsWith(told)).toBe(true);
      expect(told.length).toBeLessThanOrEqual(sentences.slice(0, synths).join('').length);
      const least = sentences.slice(0, Math.max(0, synths - 1 - result.resumes)).join('');
      expect(told.length).toBeGreaterThanOrEqual(least.length);
    });
    await fc.assert(property, { numRuns: 20 });
  });
});
