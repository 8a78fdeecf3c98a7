import { describe, expect, it, vi } from 'vitest';
import type { TurnEnd } from '../../../src/dialogue/index.js';
import { until, wait } from '../daemon/rig.js';
import { type FailingTalk, type FailingTalkOptions, KEY, openFailingTalk } from './failing-talk.js';
import { FAULTS, type Fault } from './failing-vendor.js';

type Stage = 'llm' | 'tts' | 'stt';

const REPLY = 'It is sunny today, and tomorrow it will rain in the north.';
/** A turn that is not over by then hangs: patience and limits are far shorter. */
const HANGS_MS = 20_000;
/** From the end of the user's turn to the first sound of the answer: a second, and as much for a machine that does other things too. */
const SOON_MS = 2000;
/** What the vendor gives is whole, or cannot be told from what is. */
const UNNOTICED: readonly (readonly [Stage, Fault])[] = [
  ['llm', 'lingers'],
  ['tts', 'truncated'],
];

/** In what the user is told of a stage. */
const NAMES: Readonly<Record<Stage, string>> = { llm: 'model', tts: 'voice', stt: 'recognition' };

async function withTalk(
  options: FailingTalkOptions,
  run: (talk: FailingTalk) => Promise<void>,
): Promise<void> {
  const talk = await openFailingTalk(options);
  try {
    await run(talk);
  } finally {
    await talk.close();
  }
}

/** A turn to its end, spoken or typed. */
async function turn(talk: FailingTalk, isSpoken: boolean): Promise<TurnEnd> {
  const { conversation } = talk.chat;
  const ended = isSpoken ? talk.speak() : conversation.ask({ text: 'The weather?', by: 'typed' }).ended;
  const hangs = wait(HANGS_MS).then(() => Promise.reject(new Error('The turn never ended')));
  return Promise.race([ended, hangs]);
}

/** Nothing of the conversation waits, and nobody's answer is waited for. */
async function expectNothingLeft(talk: FailingTalk): Promise<void> {
  await talk.chat.close();
  const { llm, tts, stt } = talk;
  await until(() => llm.open + tts.open + stt.open === 0, 2000);
  expect(talk.timers()).toBe(0);
}

/** How many at once: they mostly wait. */
vi.setConfig({ maxConcurrency: 6 });

describe.each<[Stage, boolean]>([
  ['llm', false],
  ['tts', false],
  ['stt', true],
])('A conversation whose %s fails', (stage, isSpoken) => {
  it.concurrent.each(FAULTS)('(%s) ends the turn, tells the user, and answers the next one', (fault) =>
    withTalk({ hears: isSpoken }, async (talk) => {
      await talk[stage].fail(fault);
      const failed = await turn(talk, isSpoken);
      await talk[stage].fail('none');
      const isNoticed = !UNNOTICED.some(([where, what]) => where === stage && what === fault);
      expect(failed.outcome).toBe(isNoticed ? 'failed' : 'completed');
      const told = talk.told.filter((text) => text.startsWith(`${NAMES[stage]}: `));
      expect(told).toHaveLength(isNoticed ? 1 : 0);
      if (isNoticed && stage !== 'tts') {
        expect(talk.tts.asked).toContain('Sorry, something went wrong');
        expect(talk.playedMs()).toBeGreaterThan(500);
      }
      expect(talk.told.join('\n')).not.toContain(KEY);

      const next = await turn(talk, isSpoken);
      expect(next).toMatchObject({ outcome: 'completed', heard: REPLY });
      expect(next.trace.sent).toBeLessThan(SOON_MS);
      await expectNothingLeft(talk);
    }),
  );
});

describe('A conversation that waits for an engine', () => {
  const cases: readonly (readonly [Stage, Fault])[] = [
    ['llm', 'silent'],
    ['llm', 'headersOnly'],
    ['llm', 'stalls'],
    ['tts', 'silent'],
    ['tts', 'stalls'],
  ];

  it.concurrent.each(cases)('(%s %s) answers what is asked meanwhile, and waits no longer', (stage, fault) =>
    withTalk({ patienceMs: 60_000 }, async (talk) => {
      const { conversation } = talk.chat;
      await talk[stage].fail(fault);
      const waiting = conversation.ask({ text: 'The weather?', by: 'typed' });
      await until(() => talk[stage].open > 0);
      await wait(200);
      await talk[stage].fail('none');
      const next = await turn(talk, false);
      expect(await waiting.ended).toMatchObject({
        outcome: expect.stringMatching(/^(dropped|interrupted)$/),
      });
      expect(next).toMatchObject({ outcome: 'completed', heard: REPLY });
      expect(next.trace.sent).toBeLessThan(SOON_MS);
      expect(talk.told.filter((text) => /^(model|voice): /.test(text))).toEqual([]);
      await expectNothingLeft(talk);
    }),
  );

  it.concurrent.each(cases)('(%s %s) closes at once and lets go of it', (stage, fault) =>
    withTalk({ patienceMs: 60_000 }, async (talk) => {
      await talk[stage].fail(fault);
      const waiting = talk.chat.conversation.ask({ text: 'The weather?', by: 'typed' });
      await until(() => talk[stage].open > 0);
      await wait(100);
      await expectNothingLeft(talk);
      expect(await waiting.ended).toMatchObject({
        outcome: expect.stringMatching(/^(dropped|interrupted)$/),
      });
    }),
  );
});
