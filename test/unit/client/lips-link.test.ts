import { describe, expect, it } from 'vitest';
import { LipsLink } from '../../../src/client/index.js';
import { Emitter, FakeClock } from '../../../src/runtime/index.js';

const STATUS = { lanes: [{ lane: 'gene', model: '0', state: 'ready' }] };
const REASON = new Error('Ctrl-C');

/** A daemon of one lane that leaves some requests without an answer, and the link to it that is being opened. */
function rig(hangs: (name: string, count: number) => boolean, state = 'ready') {
  const clock = new FakeClock();
  const stop = new AbortController();
  const asked: string[] = [];
  const client = {
    events: new Emitter(),
    request: (name: string) => {
      asked.push(name);
      if (hangs(name, asked.filter((some) => some === name).length)) return new Promise(() => {});
      const [lane] = STATUS.lanes;
      return Promise.resolve(
        { status: { lanes: [{ ...lane, state }] }, send: { lane: 'gene' }, clock: { nowMs: 0 } }[name] ?? {},
      );
    },
  };
  const open = () =>
    LipsLink.open({
      client: client as never,
      clock,
      lane: undefined,
      model: undefined,
      readyTimeoutMs: 30_000,
      offsetMs: 0,
      closing: () => 'LIPSYNC_START|0|sil,50',
      signal: stop.signal,
    });
  return { clock, stop, asked, open };
}

describe('LipsLink', () => {
  it('opens on an avatar that is ready, with its mouth closed', async () => {
    const { asked, open } = rig(() => false);
    const link = await open();
    expect(link).toMatchObject({ lane: 'gene', model: '0' });
    expect(asked.filter((name) => name !== 'clock')).toEqual(['status', 'send', 'status', 'subscribe']);
  });

  it.each([
    ['status', 1],
    ['send', 1],
    ['status', 2],
    ['clock', 3],
    ['subscribe', 1],
  ])('gives up at once when it is told to while %s (%d) has no answer', async (hanging, nth) => {
    const { clock, stop, asked, open } = rig((name, count) => name === hanging && count === nth);
    const opening = open();
    const state: { error?: unknown } = {};
    opening.catch((error) => {
      state.error = error;
    });
    await clock.advanceAsync(0);
    expect(asked.at(-1)).toBe(hanging);
    expect(state.error).toBeUndefined();
    stop.abort(REASON);
    await clock.advanceAsync(0);
    expect(state.error).toBe(REASON);
    expect(asked.at(-1)).toBe(hanging);
  });

  it('gives up while the avatar is not ready', async () => {
    const { clock, stop, open } = rig(() => false, 'connecting');
    const state: { error?: unknown } = {};
    open().catch((error) => {
      state.error = error;
    });
    await clock.advanceAsync(1050);
    expect(state.error).toBeUndefined();
    stop.abort(REASON);
    await clock.advanceAsync(0);
    expect(state.error).toBe(REASON);
    expect(clock.pendingCount).toBe(0);
  });

  it('sends nothing when it was told before', async () => {
    const { stop, asked, open } = rig(() => false);
    stop.abort(REASON);
    await expect(open()).rejects.toBe(REASON);
    expect(asked).not.toContain('send');
  });
});
