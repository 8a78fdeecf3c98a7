import { describe, expect, it } from 'vitest';
import type { BridgeClient } from '../../../src/client/index.js';
import { Emitter, FakeClock } from '../../../src/runtime/index.js';
import { HeardPosition } from '../../../src/speaking/heard-position.js';

function rig() {
  const clock = new FakeClock();
  const events: BridgeClient['events'] = new Emitter();
  const heard = new HeardPosition({ events }, 1, clock);
  return { clock, events, heard };
}

describe('HeardPosition', () => {
  it('knows nothing of a stream of which nothing was told', () => {
    const { heard, events, clock } = rig();
    const atMs = clock.wallMs();
    events.emit('streamStarted', { stream: 2, lane: 'gene', heardAtMs: atMs, atMs });
    expect(heard.nowMs).toBeUndefined();
  });

  it('knows from the first moment where the daemon has another idea of the time', () => {
    const { heard, events, clock } = rig();
    const atMs = clock.wallMs() + 90_000;
    events.emit('streamStarted', { stream: 1, lane: 'gene', heardAtMs: atMs + 45, atMs });
    expect(heard.nowMs).toBe(-45);
    clock.advance(60);
    expect(heard.nowMs).toBe(15);
  });

  it('takes the message that was quickest for the difference of the clocks', () => {
    const { heard, events, clock } = rig();
    const startMs = clock.wallMs();
    clock.advance(30);
    // 30 ms under way, the next one 2 ms.
    events.emit('streamStarted', { stream: 1, lane: 'gene', heardAtMs: startMs + 45, atMs: startMs });
    expect(heard.nowMs).toBe(-45);
    clock.advance(117);
    events.emit('streamPosition', { stream: 1, heardMs: 100, atMs: startMs + 145 });
    expect(heard.nowMs).toBe(100);
  });
});
