import { describe, expect, it } from 'vitest';
import type { Ear } from '../../../src/dialogue/index.js';
import { watchReply } from '../../../src/dialogue/reply-watch.js';
import type { HeardReply, Reply, ReplyEnd, ReplyEvents } from '../../../src/reply/index.js';
import { Emitter, FakeClock } from '../../../src/runtime/index.js';

const HEARD: HeardReply = { pieces: 0, units: 0, text: '', heardMs: 0, by: 'whole' };

function rig() {
  const clock = new FakeClock();
  const events = new Emitter<ReplyEvents>();
  let end: (end: ReplyEnd) => void = () => {};
  const ended = new Promise<ReplyEnd>((resolve) => {
    end = resolve;
  });
  const unplayed: number[] = [];
  const spans: (readonly [number, number | undefined])[] = [];
  const ear = {
    played: () => {},
    unplayed: (fromMs: number) => unplayed.push(fromMs),
    avatarSounds: (fromMs: number, untilMs: number | undefined) => spans.push([fromMs, untilMs]),
  } as unknown as Ear;
  const synthesized: number[] = [];
  const leave = watchReply({ events, ended } as unknown as Reply, {
    ear,
    nowMs: () => clock.nowMs(),
    onSynthesized: (atMs) => synthesized.push(atMs),
    ...{ onSent: () => {}, onHeard: () => {}, onAlive: () => {}, onPosition: () => {} },
    ...{ onPlayed: () => {}, onCredit: () => {}, onWarned: () => {} },
  });
  return { clock, events, spans, synthesized, unplayed, end, leave, nowMs: () => clock.nowMs() };
}

describe('What the ear is told of an avatar whose sound is not known', () => {
  it('is that it sounds from its first sound to its end', () => {
    const t = rig();
    const fromMs = t.nowMs();
    t.events.emit('started', fromMs, 'synth');
    t.clock.advance(2000);
    t.leave();
    expect(t.spans).toEqual([
      [fromMs, undefined],
      [fromMs, fromMs + 2000],
    ]);
  });

  it('is that it is silent while it is held back, so that who speaks need not be louder', () => {
    const t = rig();
    const fromMs = t.nowMs();
    t.events.emit('started', fromMs, 'synth');
    t.clock.advance(1000);
    t.events.emit('paused', HEARD);
    t.clock.advance(500);
    expect(t.spans.at(-1)).toEqual([fromMs, fromMs + 1000]);
    t.events.emit('resumed');
    expect(t.spans.at(-1)).toEqual([fromMs + 1500, undefined]);
    t.clock.advance(100);
    t.events.emit('paused', HEARD);
    t.clock.advance(100);
    t.leave();
    expect(t.spans.at(-1)).toEqual([fromMs + 1500, fromMs + 1600]);
  });

  it('is nothing where the sound is known', () => {
    const t = rig();
    t.events.emit('synthesized', 7);
    t.events.emit('started', t.nowMs(), 'own');
    t.events.emit('paused', HEARD);
    t.events.emit('resumed');
    t.leave();
    expect(t.spans).toEqual([]);
    expect(t.synthesized).toEqual([7]);
  });
});

describe('What the ear is told of sound that it was promised', () => {
  it('is that it will not be heard, also behind a cut, until the reply has ended', async () => {
    const t = rig();
    t.events.emit('unplayed', 100);
    t.leave();
    t.events.emit('unplayed', 200);
    t.end({ reason: 'cancelled', heard: HEARD });
    await Promise.resolve();
    t.events.emit('unplayed', 300);
    expect(t.unplayed).toEqual([100, 200]);
  });
});
