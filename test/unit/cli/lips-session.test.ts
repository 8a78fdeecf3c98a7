import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { SoundSource } from '../../../src/audio/index.js';
import { createContext } from '../../../src/cli/context.js';
import { LipsSession } from '../../../src/cli/lips-session.js';
import type { LipsLink } from '../../../src/client/index.js';
import { resolveConfig } from '../../../src/config/index.js';
import { DEFAULT_LIP_TABLE, PhonemeNames } from '../../../src/lipsync/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { FakePlayback } from '../../support/fake-playback.js';

/** A session of ten seconds of `a` on a link whose messages to close the mouth end as `closing` says. */
async function rig(closing: () => Promise<void>) {
  const clock = new FakeClock();
  const drain = new AbortController();
  const quit = new AbortController();
  let printed = '';
  const stdout = new PassThrough().on('data', (data) => {
    printed += data;
  });
  const stderr = new PassThrough().resume();
  const streams = { stdin: new PassThrough(), stdout, stderr, env: {}, isTerminal: false };
  const resolved = await resolveConfig({ flags: {}, env: {} });
  const context = createContext({
    io: { ...streams, drain: drain.signal, quit: quit.signal },
    args: { json: true },
    ...{ resolved, version: 'test', reload: async () => resolved },
  });
  const sound = {
    durationMs: 10_000,
    frames: async function* () {
      for (let at = 0; at < 100; at++) yield new Uint8Array(2 * 1600);
    },
    close: async () => {},
  } as unknown as SoundSource;
  const link = {
    lane: 'gene',
    model: '0',
    failed: new Promise<never>(() => {}),
    send: (message: string) => (message.endsWith('|sil,50') ? closing() : Promise.resolve()),
    close: () => {},
  } as unknown as LipsLink;
  const session = new LipsSession({
    context,
    parts: {
      clock,
      openPlayback: async ({ sampleRateHz }) => new FakePlayback(clock, { sampleRateHz }),
    },
    file: 'a.wav',
    source: {
      label: 'the test',
      names: new PhonemeNames(DEFAULT_LIP_TABLE),
      phonemes: [{ phoneme: 'a', startMs: 0, endMs: 10_000 }],
    },
    link,
    sound,
    sampleRateHz: 16_000,
    open: async () => sound,
    fromMs: 0,
  });
  const state: { end?: string } = {};
  void session.run().then((end) => {
    state.end = end;
  });
  await clock.advanceAsync(3000);
  return { clock, drain, quit, state, printed: () => printed };
}

describe('LipsSession', () => {
  it('waits at Ctrl-C for the mouth to close, and at the second for nobody', async () => {
    const { clock, drain, quit, state } = await rig(() => new Promise(() => {}));
    drain.abort();
    await clock.advanceAsync(5000);
    expect(state.end).toBeUndefined();
    quit.abort();
    await clock.advanceAsync(0);
    expect(state.end).toBe('interrupted');
  });

  it('tells whether the mouth could be closed', async () => {
    for (const isAway of [true, false]) {
      const { clock, drain, state, printed } = await rig(() =>
        isAway ? Promise.reject(new Error('away')) : Promise.resolve(),
      );
      drain.abort();
      await clock.advanceAsync(2000);
      expect(state.end).toBe('interrupted');
      expect(JSON.parse(printed())).toMatchObject({ reason: 'interrupted', isClosed: !isAway });
      expect(clock.pendingCount).toBe(0);
    }
  });
});
