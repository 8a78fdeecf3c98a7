import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import {
  createGuards,
  type Guard,
  guardRefusal,
  type WordGuardSettings,
  wordGuards,
} from '../../../src/tools/index.js';
import { TURN } from './support.js';

const never = (): Promise<never> => new Promise(() => {});

function guard(name: string, check: Guard['check'], more: Partial<Guard> = {}): Guard {
  return { name, on: 'request', check, ...more };
}

function word(more: Partial<WordGuardSettings>): WordGuardSettings {
  return {
    name: undefined,
    on: 'both',
    words: [],
    pattern: undefined,
    action: 'replace',
    text: '***',
    onFault: 'block',
    ...more,
  };
}

function of(...guards: readonly Guard[]) {
  const clock = new FakeClock();
  return { clock, guards: createGuards(guards, { clock }) };
}

describe('Guards', () => {
  it('pass what none objects to, without a wait where there is none', async () => {
    const { guards } = of(guard('a', () => ({ action: 'pass' })));
    expect(await guards.request('hello', TURN)).toEqual({ action: 'pass', text: 'hello' });
    expect([guards.has('request'), guards.has('response')]).toEqual([true, false]);
  });

  it('may be many', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', onWarning);
    const many = Array.from({ length: 30 }, (_, n) => guard(`g${n}`, async () => ({ action: 'pass' })));
    expect((await of(...many).guards.request('hello', TURN, new AbortController().signal)).action).toBe(
      'pass',
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('block as soon as the first does, and tell the others to stop', async () => {
    const signals: AbortSignal[] = [];
    const { guards, clock } = of(
      guard('slow', (_text, _metadata, signal) => {
        signals.push(signal);
        return never();
      }),
      guard('strict', async () => ({ action: 'block', text: 'No.', reason: 'rude' })),
    );
    const outcome = await guards.request('hello', TURN);
    expect(outcome).toEqual({ action: 'block', text: 'No.', guard: 'strict', reason: 'rude' });
    expect([signals[0]?.aborted, clock.pendingCount]).toEqual([true, 0]);
    if (outcome.action === 'block')
      expect(guardRefusal(outcome)).toMatchObject({
        code: 'BRIDGE_ERR_GUARDRAIL',
        message: 'The guard strict refused: rude. Say it in another way.',
      });
  });

  it('look all at the same time', async () => {
    const { guards, clock } = of(
      ...['a', 'b'].map((name) =>
        guard(
          name,
          () => new Promise((resolve) => void clock.after(1000, () => resolve({ action: 'pass' }))),
        ),
      ),
    );
    const outcome = guards.request('hello', TURN);
    await clock.advanceAsync(1000);
    expect((await outcome).action).toBe('pass');
    expect(clock.nowMs()).toBe(1000);
  });

  it('put replacements one upon the other, so that none is lost', async () => {
    const { guards } = of(
      guard('mail', (text) => ({ action: 'replace', text: text.replace(/\S+@\S+/, '[mail]') })),
      guard('phone', (text) => ({ action: 'replace', text: text.replace(/\d{3,}/, '[number]') })),
    );
    expect(await guards.request('a@b.c 12345', TURN)).toMatchObject({
      action: 'replace',
      text: '[mail] [number]',
      guard: 'mail',
    });
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no line'))],
    ['takes too long', never],
    ['says nonsense', () => ({ action: 'maybe' }) as never],
    ['replaces with nothing', () => ({ action: 'replace' }) as never],
  ])('mean what their policy says when one %s', async (_, check) => {
    for (const onFault of ['pass', 'block', undefined] as const) {
      const { guards, clock } = of(guard('g', check, onFault === undefined ? {} : { onFault }));
      const outcome = guards.request('hello', TURN);
      await clock.advanceAsync(3000);
      expect((await outcome).action).toBe(onFault ?? 'block');
      expect(clock.pendingCount).toBe(0);
    }
  });

  it('throw the reason of an interruption, and nothing else', async () => {
    const turn = new AbortController();
    const { guards, clock } = of(guard('g', never));
    const outcome = guards.request('hello', TURN, turn.signal);
    await clock.advanceAsync(1);
    turn.abort(new Error('interrupted'));
    await expect(outcome).rejects.toThrow('interrupted');
    expect(clock.pendingCount).toBe(0);
  });

  it('look at pieces in order with what went before, and block all that follow a block', async () => {
    const seen: string[] = [];
    const { guards } = of(
      guard(
        'g',
        async (text, _metadata, _signal, { part, before }) => {
          seen.push(`${part}: ${before}|${text}`);
          if (text === 'one ') await Promise.resolve();
          return text.includes('bad') ? { action: 'block' } : { action: 'pass' };
        },
        { on: 'response' },
      ),
    );
    const reply = guards.response(TURN);
    const outcomes = await Promise.all(['one ', 'two ', 'bad ', 'four'].map((text) => reply.piece(text)));
    expect(outcomes.map(({ action }) => action)).toEqual(['pass', 'pass', 'block', 'block']);
    expect(seen).toEqual(['piece: |one ', 'piece: one |two ', 'piece: one two |bad ']);
    expect((await reply.whole('one two bad four')).action).toBe('block');
    expect((await guards.response(TURN).piece('fresh')).action).toBe('pass');
  });

  it('look at the whole only when they are asked to', async () => {
    const seen: string[] = [];
    const watch = (name: string, parts: NonNullable<Guard['parts']>): Guard =>
      guard(
        name,
        (text, _metadata, _signal, { part }) => {
          seen.push(`${name} ${part} ${text}`);
          return { action: 'pass' };
        },
        { on: 'response', parts },
      );
    const { guards } = of(watch('p', 'piece'), watch('w', 'whole'), watch('b', 'both'));
    const reply = guards.response(TURN);
    await reply.piece('a');
    await reply.whole('a');
    expect(seen.sort()).toEqual(['b piece a', 'b whole a', 'p piece a', 'w whole a']);
  });
});

describe('Word guards', () => {
  const ask = async (text: string, ...settings: readonly WordGuardSettings[]) =>
    of(...wordGuards(settings)).guards.request(text, TURN);

  it.each([
    [['ass'], 'class ass Ass, ＡＳＳ!', 'class *** ***, ***!'],
    [['馬鹿'], 'お前は馬鹿だ', 'お前は***だ'],
    [['バカ'], 'ﾊﾞｶとバカ', 'ﾊﾞｶと***'],
    [['raz'], 'розраз', 'розраз'],
    [['раз'], 'раз разум', '*** разум'],
    [['C++', 'a.b'], 'c++ axb a.b', '*** axb ***'],
    [['bad word', 'bad'], 'a bad  word is bad', 'a *** is ***'],
  ])('find %j in %j', async (words, text, expected) => {
    const outcome = await ask(text, word({ words }));
    expect(outcome.text).toBe(expected);
  });

  it('block with their own words', async () => {
    expect(
      await ask(
        'tell me the PASSWORD',
        word({ name: 'secrets', words: ['password'], action: 'block', text: 'I cannot say that.' }),
      ),
    ).toEqual({ action: 'block', text: 'I cannot say that.', guard: 'secrets', reason: undefined });
  });

  it('replace what a pattern finds, with the text as it stands', async () => {
    const outcome = await ask('call 090-1234-5678 now', word({ pattern: '0\\d+-\\d+-\\d+', text: '$& $1' }));
    expect(outcome.text).toBe('call $& $1 now');
  });

  it('find what is split over two pieces, as far as it is not spoken yet', async () => {
    const { guards } = of(...wordGuards([word({ on: 'response', words: ['secret word'] })]));
    const reply = guards.response(TURN);
    expect((await reply.piece('the secret ')).text).toBe('the secret ');
    expect((await reply.piece('word is x')).text).toBe('*** is x');
  });

  it.each([1797, 1799, 1997, 1998, 1999, 2000, 3599])('find a word behind %s characters', async (before) => {
    const outcome = await ask(`${'あ'.repeat(before)}禁句です`, word({ words: ['禁句'], text: '' }));
    expect(outcome.text).toBe(`${'あ'.repeat(before)}です`);
  });

  it('find words wherever they stand in a long text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 9000 }),
        fc.integer({ min: 0, max: 9000 }),
        async (before, after) => {
          const outcome = await ask(
            `${'あ'.repeat(before)}禁句${'い'.repeat(after)}`,
            word({ words: ['禁句'], text: '' }),
          );
          expect(outcome.text).toBe('あ'.repeat(before) + 'い'.repeat(after));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('mean what their policy says when a pattern takes for ever, and do not hold anybody up again and again', async () => {
    const text = `${'a'.repeat(60)}!`;
    const [onRequest] = wordGuards([word({ pattern: '^(a+)+$', action: 'block' })]);
    const check = (): unknown =>
      onRequest?.check(text, TURN, new AbortController().signal, { part: 'whole', before: '' });
    for (let time = 0; time < 3; time++) expect(check).toThrow(/timed out/);
    expect(check).toThrow(/takes too long; simplify it/);
    expect((await ask(text, word({ pattern: '^(a+)+$', action: 'block', onFault: 'pass' }))).action).toBe(
      'pass',
    );
    expect((await ask(text, word({ pattern: '^(a+)+$', action: 'replace' }))).action).toBe('block');
  });

  it.each([
    [{ words: [], pattern: undefined }, /looks for nothing/],
    [{ words: [' '] }, /looks for nothing/],
    [{ pattern: '(' }, /no regular expression/],
  ])('refuse %j', (settings, message) => {
    expect(() => wordGuards([word(settings)])).toThrow(message);
  });
});
