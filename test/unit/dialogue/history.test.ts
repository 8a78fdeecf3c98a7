import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillIn } from '../../../src/dialogue/history.js';
import { HistoryEntry } from '../../../src/dialogue/history-entry.js';
import { CONVERSATION_DEFAULTS, History } from '../../../src/dialogue/index.js';
import type { HistorySettings } from '../../../src/dialogue/settings.js';
import type { TurnEnd } from '../../../src/dialogue/turn.js';
import type { HeardReply } from '../../../src/reply/index.js';
import { FakeClock } from '../../../src/runtime/index.js';

function open(settings: Partial<HistorySettings> = {}, welcome = '') {
  const clock = new FakeClock();
  const history = new History({
    clock,
    settings: { ...CONVERSATION_DEFAULTS.history, ...settings },
    welcome,
  });
  return { clock, history };
}

let turns = 0;
const heardOf = (pieces: number, units: number, text: string): HeardReply => ({
  pieces,
  units,
  text,
  heardMs: 0,
  by: 'character',
});

interface Ended {
  readonly user: string;
  readonly pieces?: readonly (readonly [tags: string, text: string])[];
  readonly outcome?: TurnEnd['outcome'];
  readonly heard?: HeardReply;
}

function entryOf({ user, pieces = [['', 'はい。']], outcome = 'completed', heard }: Ended): HistoryEntry {
  const entry = new HistoryEntry({ turn: ++turns, by: 'typed', text: user });
  const step = entry.beginAnswer();
  for (const [spoken, [tags, text]] of pieces.entries())
    step.pieces.push({ raw: tags + text, text, tags, spoken: text === '' ? 'silent' : spoken });
  const all = pieces.map(([, text]) => text).join('');
  entry.finish(outcome, heard ?? heardOf(pieces.length, 0, all));
  return entry;
}

function asking(user: string): HistoryEntry {
  return new HistoryEntry({ turn: ++turns, by: 'typed', text: user });
}

const request = (history: History, user = '次は？') =>
  history.request(asking(user), { systemPrompt: 'You are Mei.' });

describe('History', () => {
  it('stores the full answer after the stream ends, tags included (C15)', () => {
    const { history } = open();
    history.add(
      entryOf({
        user: 'やあ',
        pieces: [
          ['[face:joy]', 'こんにちは。'],
          ['', '元気？'],
        ],
      }),
    );
    expect(request(history)).toEqual([
      { role: 'system', text: 'You are Mei.' },
      { role: 'user', text: 'やあ' },
      { role: 'assistant', text: '[face:joy]こんにちは。元気？' },
      { role: 'user', text: '次は？' },
    ]);
  });

  it('keeps of an interrupted reply what was heard, without a mark among the words (P5)', () => {
    const { history } = open();
    history.add(
      entryOf({
        user: '話して',
        pieces: [
          ['[face:joy]', '昔々。'],
          ['[face:sad]', 'ある所に。'],
          ['', '終わり。'],
        ],
        outcome: 'interrupted',
        heard: heardOf(1, 2, '昔々。ある'),
      }),
    );
    const [system, , reply] = request(history);
    expect(reply).toEqual({ role: 'assistant', text: '[face:joy]昔々。[face:sad]ある' });
    expect(system).toEqual({
      role: 'system',
      text: 'You are Mei.\n\nThe user interrupted your last reply. It stands here as far as it was heard.',
    });
  });

  it('tells of an interruption only to the request behind it', () => {
    const { history } = open();
    history.add(entryOf({ user: 'a', outcome: 'interrupted', heard: heardOf(0, 1, 'は') }));
    history.add(entryOf({ user: 'b' }));
    expect(request(history)[0]).toEqual({ role: 'system', text: 'You are Mei.' });
  });

  it('keeps the user turn of a reply that was overtaken before it sounded, and drops the reply', () => {
    const { history } = open();
    history.add(entryOf({ user: '一つ目', outcome: 'dropped', heard: heardOf(0, 0, '') }));
    expect(request(history, '二つ目').slice(1)).toEqual([{ role: 'user', text: '一つ目\n二つ目' }]);
  });

  it('sends as before what failed, and shows it as failed (C7)', () => {
    const { history } = open();
    history.add(entryOf({ user: 'a' }));
    const before = request(history);
    history.add(entryOf({ user: 'b', outcome: 'failed', heard: heardOf(0, 2, 'はい') }));
    expect(request(history)).toEqual(before);
    expect(history.said().slice(2)).toMatchObject([
      { role: 'user', text: 'b', outcome: 'failed' },
      { role: 'assistant', text: 'はい', outcome: 'failed' },
    ]);
  });

  it('drops the oldest pairs beyond the limit of tokens, never the system prompt, never half a pair (C8)', () => {
    const { history } = open({ maxTokens: 120 });
    for (let turn = 0; turn < 8; turn++)
      history.add(entryOf({ user: `質問その${turn}です`, pieces: [['', `答えその${turn}です。`]] }));
    const messages = request(history);
    expect(messages[0]).toEqual({ role: 'system', text: 'You are Mei.' });
    expect(messages.length).toBeGreaterThan(3);
    expect(messages.length).toBeLessThan(18);
    expect(messages[1]?.role).toBe('user');
    expect(messages.at(-2)).toEqual({ role: 'assistant', text: '答えその7です。' });
  });

  it('keeps system prompt and question even when they alone are too long', () => {
    const { history } = open({ maxTokens: 100 });
    history.add(entryOf({ user: 'a' }));
    const long = '長い'.repeat(300);
    expect(history.request(asking(long), { systemPrompt: long })).toEqual([
      { role: 'system', text: long },
      { role: 'user', text: long },
    ]);
  });

  it('drops the oldest pairs beyond 20 (C9), and old welcomes with them', () => {
    const { history } = open({ maxTokens: 100_000 }, 'いらっしゃいませ。');
    history.add(entryOf({ user: '0' }));
    expect(request(history)[1]).toEqual({ role: 'assistant', text: 'いらっしゃいませ。' });
    for (let turn = 1; turn <= 30; turn++) history.add(entryOf({ user: `${turn}` }));
    const messages = request(history, 'x');
    expect(messages).toHaveLength(1 + 2 * 19 + 1);
    expect(messages[1]).toEqual({ role: 'user', text: '12' });
    // What fell away can still be shown.
    expect(history.said()[1]).toMatchObject({ role: 'user', text: '0' });
  });

  it('learns from the tokens that the model reports', () => {
    const { history } = open({ maxTokens: 400 });
    for (let turn = 0; turn < 8; turn++)
      history.add(entryOf({ user: `質問その${turn}です`, pieces: [['', `答えその${turn}です。`]] }));
    const before = request(history);
    const estimated = before.reduce((sum, message) => sum + history.tokens.of(message), 0);
    for (let report = 0; report < 10; report++) history.tokens.learn(before, estimated * 3);
    expect(request(history).length).toBeLessThan(before.length);
  });

  it('begins anew after an hour without a turn, and not while there are turns', () => {
    const { history, clock } = open();
    let forgotten = 0;
    history.events.on('forgotten', () => void forgotten++);
    history.add(entryOf({ user: 'a' }));
    clock.advance(3_500_000);
    history.wake();
    clock.advance(3_500_000);
    history.wake();
    expect(forgotten).toBe(0);
    clock.advance(3_600_001);
    history.wake();
    expect(forgotten).toBe(1);
    expect(request(history)).toHaveLength(2);
  });

  it('gives every call its result, also the one that an interruption left without', () => {
    const { history } = open();
    const entry = new HistoryEntry({ turn: 1, by: 'voice', text: '天気は？' });
    const step = entry.beginAnswer();
    step.pieces.push({ raw: '調べます。', text: '調べます。', tags: '', spoken: 0 });
    step.calls = [
      { id: '1', name: 'weather', argumentsJson: '{}' },
      { id: '2', name: 'news', argumentsJson: '{}' },
    ];
    step.vendor = ['thought'];
    entry.addResult({ id: '1', name: 'weather', argumentsJson: '{}' }, '晴れ', false);
    entry.finish('interrupted', heardOf(0, 2, '調べ'));
    history.add(entry);
    const messages = request(history);
    expect(messages[2]).toEqual({ role: 'assistant', text: '調べ', calls: step.calls, vendor: ['thought'] });
    expect(messages.slice(3, 5)).toMatchObject([
      { role: 'tool', callId: '2', isError: true },
      { role: 'tool', callId: '1', result: '晴れ' },
    ]);
    expect(messages.at(-1)).toEqual({ role: 'user', text: '次は？' });
  });

  it('sends pictures of the last turns only', () => {
    const { history } = open({ maxTokens: 100_000 });
    const entry = new HistoryEntry({
      turn: 1,
      by: 'typed',
      text: '',
      images: ['data:image/png;base64,AA=='],
    });
    entry.finish('completed', heardOf(0, 0, ''));
    history.add(entry);
    expect(request(history, '')[1]).toMatchObject({ images: ['data:image/png;base64,AA=='] });
    for (let turn = 0; turn < 3; turn++) history.add(entryOf({ user: `${turn}` }));
    expect(request(history)[1]).toEqual({ role: 'user', text: '(a picture)\n0' });
  });

  it('fills in what is known of the system prompt and leaves the rest (A45)', () => {
    expect(fillIn('{name} of {place}, {other} {} { x }', { name: 'メイ', place: '名古屋' })).toBe(
      'メイ of 名古屋, {other} {} { x }',
    );
    expect(fillIn('{constructor}', {})).toBe('{constructor}');
  });

  it('is valid for a model, whatever was said and however it ended', () => {
    const outcome = fc.constantFrom<TurnEnd['outcome'][]>('completed', 'interrupted', 'failed', 'dropped');
    const turn = fc.record({
      user: fc.string({ maxLength: 8 }),
      pieces: fc.array(fc.tuple(fc.constantFrom('', '[face:joy]'), fc.string({ maxLength: 6 })), {
        maxLength: 4,
      }),
      outcome,
      heard: fc.tuple(fc.nat(4), fc.nat(6)).map(([pieces, units]) => heardOf(pieces, units, 'x')),
    });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 12 }), fc.integer({ min: 100, max: 400 }), (all, maxTokens) => {
        const { history } = open({ maxTokens, maxPairs: 5 });
        for (const one of all) history.add(entryOf(one));
        const messages = request(history);
        expect(messages[0]?.role).toBe('system');
        expect(messages.at(-1)?.role).toBe('user');
        for (const [at, { role }] of messages.entries())
          if (at > 1) expect(role).not.toBe(messages[at - 1]?.role);
      }),
    );
  });
});
