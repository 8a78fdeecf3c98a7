import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenParts, openWhole } from '../../../src/chat/open-parts.js';

type How = 'at once' | 'later' | 'badly at once' | 'badly later';

const hows = fc.constantFrom<How>('at once', 'later', 'badly at once', 'badly later');

/** Parts that tell what is open. */
function world() {
  const open: number[] = [];
  const opened: number[] = [];
  const closed: number[] = [];
  return {
    open,
    opened,
    closed,
    begin: (part: number) => {
      open.push(part);
      opened.push(part);
      return part;
    },
    close: (part: number, how: How): unknown => {
      open.splice(open.indexOf(part), 1);
      closed.push(part);
      if (how === 'badly at once') throw new Error('it would not close');
      if (how === 'badly later') return Promise.reject(new Error('it would not close'));
      return how === 'later' ? Promise.resolve() : undefined;
    },
  };
}

describe('Parts that are opened one after the other', () => {
  it('are closed in the reverse order when any of them fails, however the others are closed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hows, { minLength: 1, maxLength: 8 }), fc.nat(), async (ways, seed) => {
        const w = world();
        const failing = seed % ways.length;
        const whole = openWhole(undefined, async (parts) => {
          for (const [at, how] of ways.entries())
            await parts.open(
              () => {
                if (at === failing && seed % 2 === 0) throw new Error(`no ${at}`);
                if (at === failing) return Promise.reject<number>(new Error(`no ${at}`));
                return w.begin(at);
              },
              (part) => w.close(part, how),
            );
        });
        await expect(whole).rejects.toThrow(`no ${failing}`);
        expect(w.open).toEqual([]);
        expect(w.opened).toHaveLength(failing);
        expect(w.closed).toEqual(w.opened.toReversed());
      }),
    );
  });

  it('are given up at any moment: what was open is closed at once, what comes late when it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hows, { minLength: 1, maxLength: 6 }), fc.nat(), async (ways, seed) => {
        const w = world();
        const stop = new AbortController();
        const slow = seed % ways.length;
        let arrive: (() => void) | undefined;
        const whole = openWhole(stop.signal, async (parts) => {
          for (const [at, how] of ways.entries())
            await parts.open(
              () =>
                at === slow
                  ? new Promise<number>((resolve) => {
                      arrive = () => resolve(w.begin(at));
                    })
                  : w.begin(at),
              (part) => w.close(part, how),
            );
        });
        whole.catch(() => {});
        while (arrive === undefined) await Promise.resolve();
        stop.abort(new Error('enough'));
        await expect(whole).rejects.toThrow('enough');
        expect(w.open).toEqual([]);
        arrive();
        await new Promise((resolve) => setImmediate(resolve));
        expect(w.opened).toHaveLength(slow + 1);
        expect(w.open).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('are not begun once they were given up', async () => {
    const w = world();
    await expect(
      openWhole(AbortSignal.abort(new Error('enough')), (parts) =>
        parts.open(
          () => w.begin(0),
          () => {},
        ),
      ),
    ).rejects.toThrow('enough');
    expect(w.opened).toEqual([]);
  });

  it('are closed once, and whoever closes a second time waits for the first', async () => {
    const parts = new OpenParts();
    let count = 0;
    let isClosed = false;
    await parts.open(
      () => 0,
      async () => {
        count++;
        await new Promise((resolve) => setImmediate(resolve));
        isClosed = true;
      },
    );
    void parts.close();
    await parts.close();
    expect(isClosed).toBe(true);
    expect(count).toBe(1);
  });
});
