import { afterEach, describe, expect, it } from 'vitest';
import { type ReplyRig, replyRig, type Topology } from '../../support/reply/reply-rig.js';

const TOPOLOGIES: readonly Topology[] = ['stream', 'local', 'peer', 'client', 'text'];
const ONE = 'Hello there. ';
const TWO = 'How are you today?';

describe.each(TOPOLOGIES)('A voice by %s', (topology) => {
  let rig: ReplyRig;
  afterEach(() => rig.close());

  it('is heard piece by piece, in order, and ends with all of it heard', async () => {
    rig = await replyRig(topology);
    const { reply, say, pieces, told, heard } = rig.open();
    say(ONE, TWO);
    reply.end();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({
      reason: 'completed',
      heard: { pieces: 2, units: 0, text: ONE + TWO, by: 'whole' },
    });
    expect(pieces().filter((one) => one.startsWith('+'))).toEqual(['+0', '+1']);
    expect(pieces().filter((one) => one.startsWith('-'))).toEqual(['-0', '-1']);
    expect(told.filter((one) => one === 'sent')).toHaveLength(1);
    expect(told.filter((one) => one.startsWith('started'))).toHaveLength(1);
    // At least ten times a second, and never back.
    expect(heard.length).toBeGreaterThan(10);
    for (const [n, { text, heardMs }] of heard.entries()) {
      expect((ONE + TWO).startsWith(text)).toBe(true);
      expect(text.length).toBeGreaterThanOrEqual(heard[n - 1]?.text.length ?? 0);
      expect(heardMs).toBeGreaterThanOrEqual(heard[n - 1]?.heardMs ?? 0);
    }
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBe(0);
  });

  it('lets nothing of a held reply out before it is released, and then all', async () => {
    rig = await replyRig(topology);
    const { reply, say, told } = rig.open({ isHeld: true });
    say(ONE);
    reply.end();
    await rig.clock.advanceAsync(3000);
    expect(told).toEqual([]);
    expect(rig.played).toEqual([]);
    expect(rig.player.calls).toEqual([]);
    expect(rig.playbacks).toEqual([]);
    expect(rig.synths()).toEqual([]);
    expect(reply.heard()).toMatchObject({ pieces: 0, units: 0, text: '' });
    reply.release();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'completed', heard: { text: ONE } });
  });

  it('tells once when its first sound was there, also of a held reply', async () => {
    rig = await replyRig(topology);
    const openedMs = rig.clock.nowMs();
    const { reply, say, synthesized, times } = rig.open({ isHeld: true });
    say(ONE, TWO);
    reply.end();
    await rig.clock.advanceAsync(3000);
    const isOurs = topology !== 'peer' && topology !== 'text';
    // The engine of these tests takes 100 ms.
    expect(synthesized.map((atMs) => atMs - openedMs)).toEqual(isOurs ? [100] : []);
    reply.release();
    await rig.until(reply.ended);
    expect(synthesized).toHaveLength(topology === 'text' ? 0 : 1);
    for (const atMs of synthesized) expect(atMs).toBeLessThan(times['heardAt'] ?? Number.NaN);
  });

  it('is silent when a held reply is thrown away', async () => {
    rig = await replyRig(topology);
    const { reply, say, told } = rig.open({ isHeld: true });
    say(ONE, TWO);
    await rig.clock.advanceAsync(500);
    const end = await rig.until(reply.cancel());
    expect(end).toMatchObject({ reason: 'cancelled', heard: { text: '', heardMs: 0 } });
    await rig.clock.advanceAsync(2000);
    expect(told).toEqual([]);
    expect(rig.played).toEqual([]);
    expect(rig.player.calls).toEqual([]);
  });

  it('goes on after a pause, with all of it heard in the end', async () => {
    rig = await replyRig(topology);
    const { reply, say, told, pieces } = rig.open();
    say(ONE, TWO);
    reply.end();
    await rig.clock.advanceAsync(900);
    reply.pause();
    await rig.clock.advanceAsync(200);
    const paused = reply.heard();
    expect(paused.text.length).toBeGreaterThan(2);
    expect(paused.text.length).toBeLessThan(25);
    await rig.clock.advanceAsync(2000);
    expect(reply.heard()).toEqual(paused);
    expect(rig.openingNow()).toBe(0);
    reply.resume();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'completed', heard: { text: ONE + TWO, by: 'whole' } });
    expect(told.filter((one) => /paused|resumed/.test(one))).toEqual(['paused', 'resumed']);
    expect(pieces().filter((one) => one.startsWith('+'))).toEqual(['+0', '+1']);
  });

  it.each([
    ['held', 0, { isHeld: true }],
    ['before its first sound', 60, {}],
    ['while it sounds', 700, {}],
    ['between two pieces', 1300, {}],
  ] as const)('ends %s when it is cancelled, with the mouth closed', async (_, ms, options) => {
    rig = await replyRig(topology);
    const { reply, say } = rig.open(options);
    say(ONE);
    await rig.clock.advanceAsync(ms);
    const ended = reply.cancel();
    const end = await rig.until(ended, 5);
    expect(end.reason).toBe('cancelled');
    expect(ONE.startsWith(end.heard.text)).toBe(true);
    const silence = rig.clock.nowMs();
    await rig.clock.advanceAsync(3000);
    // The lead, and the way.
    if (rig.played.length > 0 && ms > 0) expect(rig.silentSinceMs()).toBeLessThan(silence + 150);
    expect(rig.openingNow()).toBe(0);
    expect(rig.engines.flatMap(({ active }) => active)).toEqual(rig.engines.map(() => 0));
    expect(await reply.cancel()).toBe(end);
  });

  it('ends while it is paused', async () => {
    rig = await replyRig(topology);
    const { reply, say } = rig.open();
    say(ONE);
    await rig.clock.advanceAsync(500);
    reply.pause();
    await rig.clock.advanceAsync(500);
    const heard = reply.heard();
    const end = await rig.until(reply.cancel());
    expect(end).toEqual({ reason: 'cancelled', heard });
    reply.resume();
    await rig.clock.advanceAsync(1000);
    expect(reply.heard()).toEqual(heard);
  });

  it('is paused before its first sound, and then begins with it', async () => {
    rig = await replyRig(topology);
    const { reply, say, told } = rig.open();
    say(ONE);
    reply.end();
    reply.pause();
    await rig.clock.advanceAsync(1500);
    expect(told).toEqual(['paused']);
    expect(rig.played).toEqual([]);
    expect(rig.player.calls).toEqual([]);
    reply.resume();
    expect(await rig.until(reply.ended)).toMatchObject({ reason: 'completed', heard: { text: ONE } });
  });

  it('waits for the reply before it, which may be cancelled', async () => {
    rig = await replyRig(topology);
    const first = rig.open();
    const second = rig.open();
    first.say(ONE);
    second.say(TWO);
    second.reply.end();
    await rig.clock.advanceAsync(2500);
    expect(second.told).toEqual([]);
    void first.reply.cancel();
    expect(await rig.until(second.reply.ended)).toMatchObject({ reason: 'completed', heard: { text: TWO } });
  });

  it('says nothing of pieces without words, and of no pieces', async () => {
    rig = await replyRig(topology);
    const one = rig.open();
    one.say('', ONE, '');
    one.reply.end();
    expect(await rig.until(one.reply.ended)).toMatchObject({
      reason: 'completed',
      heard: { pieces: 3, text: ONE },
    });
    expect(one.pieces().filter((told) => told.startsWith('+'))).toEqual(['+0', '+1', '+2']);
    const none = rig.open();
    none.reply.end();
    expect(await rig.until(none.reply.ended)).toMatchObject({ reason: 'completed', heard: { text: '' } });
  });

  it('takes nothing more after its end, and keeps nobody waiting', async () => {
    rig = await replyRig(topology);
    const { reply, say } = rig.open();
    say(ONE);
    reply.end();
    await reply.push({ text: TWO });
    const end = await rig.until(reply.ended);
    expect(end.heard.text).toBe(ONE);
    await reply.push({ text: TWO });
    reply.pause();
    reply.resume();
    reply.release();
    expect(reply.heard()).toEqual(end.heard);
  });

  it('ends all its replies when it is closed, and those opened later at once', async () => {
    rig = await replyRig(topology);
    const { reply, say } = rig.open();
    say(ONE, TWO);
    await rig.clock.advanceAsync(600);
    await rig.until(rig.voice.close());
    expect((await reply.ended).reason).toBe('cancelled');
    const late = rig.voice.open();
    expect((await rig.until(late.ended)).reason).toBe('cancelled');
  });
});
