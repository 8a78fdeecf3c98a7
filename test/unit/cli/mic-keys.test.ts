import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { HoldKey } from '../../../src/cli/hold-key.js';
import { isKeyboard, openKeyboard } from '../../../src/cli/keyboard.js';
import { FakeClock } from '../../../src/runtime/index.js';

describe('HoldKey', () => {
  function setUp() {
    const clock = new FakeClock();
    const changes: string[] = [];
    const key = new HoldKey(clock, (isHeld) =>
      changes.push(`${clock.nowMs()} ${isHeld ? 'held' : 'released'}`),
    );
    return { clock, key, changes };
  }

  it('bridges the wait for the first repeat, and ends 300 ms after the last one', () => {
    const { clock, key, changes } = setUp();
    key.press();
    clock.advance(660);
    for (let repeat = 0; repeat < 20; repeat++) {
      key.press();
      clock.advance(40);
    }
    clock.advance(5000);
    // The last press was at 660 + 19 × 40.
    expect(changes).toEqual(['0 held', '1720 released']);
    expect(clock.pendingCount).toBe(0);
  });

  it('takes a single tap as held for 800 ms, and a second one as another', () => {
    const { clock, key, changes } = setUp();
    key.press();
    clock.advance(2000);
    key.press();
    clock.advance(2000);
    expect(changes).toEqual(['0 held', '800 released', '2000 held', '2800 released']);
  });

  it('bridges repeats that a network delivers late', () => {
    const { clock, key, changes } = setUp();
    key.press();
    clock.advance(500);
    for (let burst = 0; burst < 10; burst++) {
      for (let repeat = 0; repeat < 6; repeat++) key.press();
      clock.advance(240);
    }
    expect(changes).toEqual(['0 held']);
  });

  it('is released at once when told so, once', () => {
    const { clock, key, changes } = setUp();
    key.press();
    key.release();
    key.release();
    clock.advance(2000);
    expect(changes).toEqual(['0 held', '0 released']);
    expect(clock.pendingCount).toBe(0);
  });
});

class FakeTerminal extends PassThrough {
  readonly isTTY = true;
  readonly modes: boolean[] = [];

  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
}

describe('openKeyboard', () => {
  it('gives key by key, not the letters of escape sequences, and gives the terminal back', async () => {
    const terminal = new FakeTerminal();
    const keys: string[] = [];
    const keyboard = openKeyboard(terminal, (key) => keys.push(key));
    terminal.write('m++');
    terminal.write('\u001b[A');
    terminal.write(' \u0003');
    await new Promise((resolve) => setImmediate(resolve));
    keyboard?.close();
    keyboard?.close();
    terminal.write('q');
    await new Promise((resolve) => setImmediate(resolve));
    expect(keys).toEqual(['m', '+', '+', ' ', '\u0003']);
    expect(terminal.modes).toEqual([true, false]);
    expect(terminal.isPaused()).toBe(true);
  });

  it('is none where standard input is no terminal', () => {
    expect(isKeyboard(new PassThrough())).toBe(false);
    expect(openKeyboard(new PassThrough(), () => {})).toBeUndefined();
  });
});
