import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../src/runtime/index.js';
import { ReadyText } from '../../../../src/speech/around/ready-text.js';

function rig() {
  const clock = new FakeClock();
  const prepared: (readonly [string, string | undefined])[] = [];
  const ready = new ReadyText(clock, (text, language) => {
    prepared.push([text, language]);
    return { text, runs: [], sourceRange: (from, to) => ({ from, to }) };
  });
  return { clock, prepared, ready };
}

describe('ReadyText', () => {
  it('makes the last text speakable again a moment after one is opened that is still to be written', async () => {
    const { clock, prepared, ready } = rig();
    expect(ready.prepare('そうですね、', 'ja').text).toBe('そうですね、');
    ready.soon('ja');
    expect(prepared).toHaveLength(1);
    await clock.advanceAsync(20);
    expect(prepared).toEqual([
      ['そうですね、', 'ja'],
      ['そうですね、', 'ja'],
    ]);
    expect(clock.pendingCount).toBe(0);
  });

  it('does no more when the text came first', async () => {
    const { clock, prepared, ready } = rig();
    ready.prepare('Yes.', 'en');
    ready.soon('ja').cancel();
    await clock.advanceAsync(100);
    expect(prepared).toHaveLength(1);
  });

  it('keeps only the beginning of a long text', async () => {
    const { clock, prepared, ready } = rig();
    ready.prepare('長'.repeat(10_000), undefined);
    ready.soon('ja');
    await clock.advanceAsync(20);
    expect(prepared[1]?.[0]).toHaveLength(200);
  });

  it('knows narrow and wide characters before the first text, and nothing more after it', async () => {
    const { clock, prepared, ready } = rig();
    ready.now('ja');
    const isNarrow = [false, true];
    expect(prepared.map(([text]) => /^[ -~]+$/.test(text))).toEqual(isNarrow);
    ready.soon('ja');
    await clock.advanceAsync(20);
    expect(prepared.map(([text]) => /^[ -~]+$/.test(text))).toEqual([...isNarrow, ...isNarrow]);
    ready.prepare('Yes.', 'en');
    ready.now('ja');
    expect(prepared).toHaveLength(5);
  });
});
