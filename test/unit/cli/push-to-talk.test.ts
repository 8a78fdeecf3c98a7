import { describe, expect, it } from 'vitest';
import { PushToTalk } from '../../../src/cli/push-to-talk.js';
import { FakeClock } from '../../../src/runtime/index.js';

function setUp() {
  const clock = new FakeClock();
  const told: string[] = [];
  const changes: string[] = [];
  const push = new PushToTalk({
    clock,
    conversation: { press: () => void told.push('press'), release: () => void told.push('release') },
    onChange: (isTalking) => changes.push(`${clock.nowMs()} ${isTalking ? 'talks' : 'ends'}`),
  });
  return { clock, push, told, changes };
}

describe('Push to talk in a terminal', () => {
  it('begins with a tap and ends with the next, however long after', () => {
    const { clock, push, told, changes } = setUp();
    push.key();
    clock.advance(60_000);
    push.key();
    expect(changes).toEqual(['0 talks', '60000 ends']);
    expect(told).toEqual(['press', 'release']);
    expect(clock.pendingCount).toBe(0);
  });

  it('ends 300 ms after the last repeat of a key that is held', () => {
    const { clock, push, changes } = setUp();
    push.key();
    clock.advance(660);
    for (let repeat = 0; repeat < 20; repeat++) {
      push.key();
      clock.advance(40);
    }
    clock.advance(5000);
    // The last press was at 660 + 19 × 40.
    expect(changes).toEqual(['0 talks', '1720 ends']);
    expect(clock.pendingCount).toBe(0);
  });

  it('bridges repeats that a network delivers late', () => {
    const { clock, push, changes } = setUp();
    push.key();
    clock.advance(500);
    for (let burst = 0; burst < 10; burst++) {
      for (let repeat = 0; repeat < 6; repeat++) push.key();
      clock.advance(240);
    }
    expect(changes).toEqual(['0 talks']);
    push.end();
  });

  it('takes a second tap that comes soon for one, once no repeat follows', () => {
    const { clock, push, changes } = setUp();
    push.key();
    clock.advance(400);
    push.key();
    clock.advance(5000);
    expect(changes).toEqual(['0 talks', '520 ends']);
    push.key();
    expect(changes).toEqual(['0 talks', '520 ends', '5400 talks']);
    push.end();
  });

  it('begins and ends by a command, and ends once', () => {
    const { clock, push, told } = setUp();
    push.toggle();
    expect(push.isTalking).toBe(true);
    push.toggle();
    push.end();
    expect(told).toEqual(['press', 'release']);
    expect(clock.pendingCount).toBe(0);
  });
});
