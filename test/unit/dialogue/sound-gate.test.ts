import { describe, expect, it } from 'vitest';
import { SoundGate } from '../../../src/dialogue/sound-gate.js';
import { FakeClock } from '../../../src/runtime/index.js';
import type { GuardOutcome } from '../../../src/tools/index.js';
import { SimpleReader } from '../../support/dialogue/simple-reader.js';

type Step = { readonly words: string } | { readonly ms: number } | { readonly waitMs: number };

/** Words and sound in this order; `x` is blocked, after `guardMs`. */
async function run(steps: readonly Step[], { guardMs = 0, fails = false } = {}) {
  const clock = new FakeClock();
  const passed: string[] = [];
  const blocked: number[] = [];
  const heard: { ms: number; atMs: number }[] = [];
  const piece = async (text: string): Promise<GuardOutcome> => {
    await new Promise<void>((resolve) => clock.after(guardMs, resolve));
    if (!text.includes('x')) return { action: 'pass', text };
    return { action: 'block', text: undefined, guard: 'x', reason: undefined };
  };
  const gate = new SoundGate({
    clock,
    reader: new SimpleReader(),
    guard: { piece, whole: async (text) => ({ action: 'pass', text }) },
    stallMs: 300,
    onPassed: (raw) => passed.push(raw),
    onBlocked: (_text, soundMs) => blocked.push(soundMs),
  });
  async function* sound() {
    for (const step of steps) {
      if ('words' in step) gate.words(step.words);
      else if ('ms' in step) yield { pcm: new Uint8Array(step.ms * 48), sampleRateHz: 24_000 };
      else await new Promise<void>((resolve) => clock.after(step.waitMs, resolve));
    }
    if (fails) throw new Error('broken');
  }
  let end = 'open';
  const reading = (async () => {
    for await (const { pcm } of gate.through(sound()))
      heard.push({ ms: pcm.byteLength / 48, atMs: clock.nowMs() });
    end = 'ended';
  })().catch((error: Error) => {
    end = error.message;
  });
  for (let step = 0; step < 40; step++) await clock.advanceAsync(100);
  await reading;
  return { passed, blocked, heard: heard.map(({ ms }) => ms), end, pending: clock.pendingCount };
}

describe('Sound behind words that guards look at', () => {
  it.each([
    ['is heard when its sentence has passed', [{ words: 'a.' }, { ms: 10 }], [10], []],
    ['is not heard when it has not', [{ words: 'x.' }, { ms: 10 }], [], [0]],
    ['waits for words that come later', [{ ms: 10 }, { words: 'a.' }, { ms: 20 }], [10, 20], []],
    ['waits for the end of its sentence', [{ words: 'a' }, { ms: 10 }, { words: 'x.' }], [], [0]],
    [
      'is heard to where a sentence begins that is blocked',
      [{ words: 'a.' }, { ms: 10 }, { words: 'x.' }, { ms: 20 }],
      [10],
      [10],
    ],
    ['is not held back by a blank', [{ words: 'a. ' }, { ms: 10 }, { words: 'x.' }, { ms: 20 }], [10], [10]],
    ['is heard where nobody writes anything down', [{ ms: 10 }], [10], []],
    ['is heard behind blanks and marks at the end', [{ words: 'a. ' }, { ms: 10 }], [10], []],
  ] as const)('%s', async (_title, steps, heard, blocked) => {
    for (const guardMs of [0, 250]) {
      const t = await run(steps, { guardMs });
      expect(t.heard).toEqual(heard);
      expect(t.blocked).toEqual(blocked);
      expect(t.end).toBe('ended');
      expect(t.pending).toBe(0);
    }
  });

  it('does not wait for a clause that has stalled', async () => {
    const t = await run([{ words: 'Let me see' }, { ms: 10 }, { waitMs: 2000 }, { words: 'x' }, { ms: 20 }]);
    expect(t.heard).toEqual([10]);
    expect(t.passed).toEqual(['Let me see']);
  });

  it('tells that it broke behind what was let through', async () => {
    const t = await run([{ words: 'a.' }, { ms: 10 }], { fails: true });
    expect(t.heard).toEqual([10]);
    expect(t.end).toBe('broken');
  });

  it('does not tell that it broke when a guard had ended it', async () => {
    const t = await run([{ words: 'x.' }, { ms: 10 }, { waitMs: 10 }], { fails: true });
    expect(t.end).toBe('ended');
  });
});
