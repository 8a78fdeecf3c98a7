import { describe, expect, it } from 'vitest';
import type { ApiSession, ApiSessionEvents } from '../../../src/api/client/index.js';
import { SESSION_EVENTS } from '../../../src/api/messages-out.js';
import { ANN, ApiRig, ClientRig, type PipeFault, settle } from '../../support/api/api-rig.js';
import type { Done, FakeSession } from '../../support/api/fake-sessions.js';

interface Seen {
  /** What the client's program was told. */
  readonly told: readonly unknown[];
  /** What the session was asked. */
  readonly done: readonly Done[];
  readonly results: readonly unknown[];
  readonly sockets: number;
  readonly frames: Readonly<Record<'up' | 'down', number>>;
}

const NAMES = [...Object.keys(SESSION_EVENTS), 'sound', 'gap'] as (keyof ApiSessionEvents)[];

/**
 * One exchange of everything that there is, step by step. A lost network comes back after a second: before the client asks something, as
 * what it asks while it is lost is done later than else.
 */
async function exchange(cut?: { readonly direction: 'up' | 'down'; readonly at: number }): Promise<Seen> {
  const frames = { up: 0, down: 0 };
  const fault: PipeFault = (direction) => {
    const index = frames[direction]++;
    return cut !== undefined && cut.direction === direction && cut.at === index;
  };
  const client = new ClientRig(new ApiRig(), ANN, fault);
  const { clock, sessions } = client.rig;
  const told: unknown[] = [];
  const results: unknown[] = [];
  const keep = (promise: Promise<unknown>): void => {
    const index = results.push('open') - 1;
    promise.then(
      (result) => {
        results[index] = plain(result);
      },
      (error: unknown) => {
        results[index] = String(error);
      },
    );
  };
  let session: ApiSession | undefined;
  const opening = client.api.open({ name: 'one', voice: { to: 'client' } }).then((opened) => {
    session = opened;
    for (const name of NAMES)
      opened.events.on(name, (...args: unknown[]) => told.push([name, ...args.map(plain)]));
  });
  await clock.advanceAsync(3000);
  await opening;
  const one = session as unknown as ApiSession;
  const fake = sessions.last;
  for (const { pauseMs, run } of steps(one, fake, keep)) {
    await clock.advanceAsync(pauseMs);
    run();
    await settle();
  }
  await clock.advanceAsync(5000);
  const seen = { told, done: fake.done, results, sockets: client.pipes.length, frames: { ...frames } };
  client.api.close();
  client.rig.connections.close();
  expect(clock.pendingCount).toBe(0);
  return seen;
}

function steps(
  one: ApiSession,
  fake: FakeSession,
  keep: (promise: Promise<unknown>) => void,
): readonly { readonly pauseMs: number; readonly run: () => void }[] {
  const { events } = fake;
  const sound = (turn: number, fromMs: number): void =>
    events.emit('sound', { turn, fromMs, pcm: new Uint8Array([turn, fromMs, 0, 1]), sampleRateHz: 8000 });
  const happens = (run: () => void) => ({ pauseMs: 100, run });
  const asks = (run: () => void) => ({ pauseMs: 3000, run });
  return [
    asks(() => keep(one.ask('first').then(({ turn }) => turn))),
    asks(() => {
      events.emit('phase', 'thinking');
      events.emit('phase', 'speaking');
      sound(1, 0);
      sound(1, 2);
    }),
    asks(() => {
      one.hear(new Uint8Array([1, 0]));
      keep(one.press());
      one.hear(new Uint8Array([2, 0]));
      keep(one.release());
      one.hear(new Uint8Array([3, 0]));
    }),
    asks(() => {
      events.emit('voice', true);
      events.emit('partial', 'so f');
      events.emit('heard', 1, 'Hello');
      events.emit('lips', 1, [{ phoneme: 'a', startMs: 0, endMs: 90 }]);
    }),
    happens(() => events.emit('cut', 1)),
    happens(() => events.emit('resumed', 1, 4)),
    happens(() => {
      sound(1, 4);
      fake.end(1, 'completed', 'Hello.');
    }),
    asks(() => {
      keep(one.say('second').then(({ ended }) => ended));
      keep(one.messages());
    }),
    asks(() => sound(2, 0)),
    happens(() => fake.end(2, 'interrupted', 'sec')),
    asks(() => keep(one.forget())),
    asks(() => keep(one.close())),
  ];
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner) => (inner instanceof Uint8Array ? [...inner] : inner)) ?? 'null',
  );
}

const uncut = await exchange();

describe('A connection that is lost', () => {
  it('is tested with an exchange in which everything happens', () => {
    expect(uncut.sockets).toBe(1);
    expect(uncut.told.map((one) => (one as string[])[0])).toEqual(
      expect.arrayContaining(['turn', 'sound', 'cut', 'resumed', 'ended', 'heard', 'lips', 'closed']),
    );
    expect(uncut.results).not.toContain('open');
    expect(uncut.frames.down).toBeGreaterThan(20);
    expect(uncut.frames.up).toBeGreaterThan(12);
  });

  it.each(Array.from({ length: uncut.frames.down }, (_, at) => at))(
    'tells everything once and in order when frame %i of the server is lost',
    async (at) => {
      const seen = await exchange({ direction: 'down', at });
      expect(seen.sockets).toBe(2);
      expect(seen.told).toEqual(uncut.told);
      expect(seen.done).toEqual(uncut.done);
      expect(seen.results).toEqual(uncut.results);
    },
  );

  it.each(Array.from({ length: uncut.frames.up }, (_, at) => at))(
    'does everything once and in order when frame %i of the client is lost',
    async (at) => {
      const seen = await exchange({ direction: 'up', at });
      expect(seen.sockets).toBe(2);
      expect(seen.told).toEqual(uncut.told);
      expect(seen.done).toEqual(uncut.done);
      expect(seen.results).toEqual(uncut.results);
    },
  );
});
