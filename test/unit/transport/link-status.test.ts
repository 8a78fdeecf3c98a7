import { describe, expect, test } from 'vitest';
import { Emitter, seededRandom, TransportError } from '../../../src/runtime/index.js';
import { Backoff } from '../../../src/transport/backoff.js';
import type { LinkEvents, LinkState } from '../../../src/transport/index.js';
import { LinkStatus } from '../../../src/transport/link-parts.js';

const error = new TransportError('BRIDGE_ERR_LINK_LISTEN', 'taken');
const STATES: readonly LinkState[] = [
  { status: 'idle' },
  { status: 'listening', port: 1 },
  { status: 'dialling', attempt: 1 },
  { status: 'backoff', attempt: 1, delayMs: 1, error },
  { status: 'connected' },
  { status: 'failed', error },
  { status: 'closed' },
];

describe('LinkStatus', () => {
  test.each(STATES)('after $status takes what is allowed', (from) => {
    for (const to of STATES) {
      const status = new LinkStatus(new Emitter<LinkEvents>());
      status.transition(from);
      status.transition(to);
      const isFinal = from.status === 'closed' || (from.status === 'failed' && to.status !== 'closed');
      expect(status.state).toEqual(isFinal ? from : to);
    }
  });

  test('has changed before it tells', () => {
    const events = new Emitter<LinkEvents>();
    const status = new LinkStatus(events);
    const seen: boolean[] = [];
    events.on('stateChange', (state) => seen.push(state === status.state));
    status.transition({ status: 'connected' });
    expect(seen).toEqual([true]);
  });
});

describe('Backoff', () => {
  test('doubles from 0.5 s to 15 s and begins again after a reset', () => {
    const backoff = new Backoff(() => 0);
    const delays = Array.from({ length: 8 }, () => backoff.next());
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    backoff.reset();
    expect(backoff.next()).toBe(500);
  });

  test('draws from the last quarter of each wait', () => {
    const [first, second] = [new Backoff(seededRandom(1)), new Backoff(seededRandom(2))];
    for (let failure = 0; failure < 5_000; failure++) {
      const [a, b] = [first.next(), second.next()];
      const nominalMs = Math.min(15_000, 500 * 2 ** failure);
      expect(Math.min(a, b)).toBeGreaterThanOrEqual(nominalMs * 0.75);
      expect(Math.max(a, b)).toBeLessThanOrEqual(nominalMs);
    }
  });
});
