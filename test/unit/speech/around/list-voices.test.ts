import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../src/runtime/index.js';
import type { EngineLines } from '../../../../src/speech/around/engine-lines.js';
import { listVoices } from '../../../../src/speech/around/list-voices.js';
import type { EngineEntry } from '../../../../src/vendor/index.js';
import { FakeEngine } from './fake-engine.js';

const entries = Array.from(
  { length: 20 },
  (_, n): EngineEntry => ({
    ...{ name: `engine${n}`, type: 'fake', isConfigured: true, hasKey: false },
    ...{ missing: undefined, options: {} },
  }),
);

class SilentEngine extends FakeEngine {
  override voices(): Promise<never> {
    return new Promise(() => {});
  }
}

describe('listVoices', () => {
  const listing = (signal: AbortSignal) => {
    const clock = new FakeClock();
    const lines = {
      engine: async ({ name }: EngineEntry) =>
        name === 'engine0' ? new FakeEngine(name, clock) : new SilentEngine(name, clock),
    } as unknown as EngineLines<unknown>;
    return { clock, listed: listVoices(entries, { lines, clock, chosen: 'engine0', signal }) };
  };

  it('listens to the caller once, however many engines there are, and not any more in the end', async () => {
    const { signal } = new AbortController();
    const { clock, listed } = listing(signal);
    await clock.advanceAsync(1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await clock.advanceAsync(5000);
    const voices = await listed;
    expect(voices[0]).toMatchObject({ isReady: true, isChosen: true, voices: [{ id: 'one' }] });
    expect(voices[1]).toMatchObject({ isReady: false, advice: 'no answer within 5 s' });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(clock.pendingCount).toBe(0);
  });

  it('ends with the signal at once', async () => {
    const controller = new AbortController();
    const { clock, listed } = listing(controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(listed).rejects.toBe(reason);
    await clock.advanceAsync(1);
    expect(clock.pendingCount).toBe(0);
  });
});
