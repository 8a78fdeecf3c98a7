import { afterEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../src/runtime/index.js';
import { type ReplyRig, replyRig } from '../../support/reply/reply-rig.js';

const TEXT = 'Nobody knows everything about it.';

describe('A reply whose way is lost', () => {
  let rig: ReplyRig;
  afterEach(() => rig.close());

  it('fails with what was heard when the loudspeaker goes away, and the next one opens another', async () => {
    rig = await replyRig('local');
    const { reply, say } = rig.open();
    say(TEXT, TEXT);
    await rig.clock.advanceAsync(900);
    rig.playbacks[0]?.break(new DeviceError('BRIDGE_ERR_DEVICE_LOST', 'unplugged'));
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_DEVICE_LOST' } });
    expect(end.heard.text.length).toBeGreaterThan(10);
    expect(rig.openingNow()).toBe(0);
    const next = rig.open();
    next.say(TEXT);
    next.reply.end();
    expect((await rig.until(next.reply.ended)).reason).toBe('completed');
    expect(rig.playbacks).toHaveLength(2);
  });

  it('fails when the loudspeaker goes away while it is paused only where it is needed again', async () => {
    rig = await replyRig('local');
    const { reply, say } = rig.open();
    say(TEXT);
    reply.end();
    await rig.clock.advanceAsync(900);
    reply.pause();
    await rig.clock.advanceAsync(100);
    rig.playbacks[0]?.break(new DeviceError('BRIDGE_ERR_DEVICE_LOST', 'unplugged'));
    await rig.clock.advanceAsync(100);
    reply.resume();
    expect(await rig.until(reply.ended)).toMatchObject({ reason: 'completed', heard: { text: TEXT } });
  });

  it.each(['stream', 'peer'] as const)('fails by %s when the link is lost, and says so', async (topology) => {
    rig = await replyRig(topology);
    const { reply, say } = rig.open();
    say(TEXT, TEXT);
    await rig.clock.advanceAsync(900);
    rig.loseLink();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_LINK_LOST' } });
    expect(end.heard.text.length).toBeGreaterThan(3);
    expect((TEXT + TEXT).startsWith(end.heard.text)).toBe(true);
    // Another MMDAgent-EX comes.
    await rig.clock.advanceAsync(6000);
    const next = rig.open();
    next.say(TEXT);
    next.reply.end();
    expect((await rig.until(next.reply.ended)).reason).toBe('completed');
  });

  it('goes on by a loudspeaker while the avatar is away for a moment, with its mouth again when it is back', async () => {
    rig = await replyRig('local', { settings: { readyTimeoutMs: 1500 } as never });
    const { reply, say } = rig.open();
    say(TEXT, TEXT);
    reply.end();
    await rig.clock.advanceAsync(900);
    rig.loseLink();
    expect(await rig.until(reply.ended)).toMatchObject({ reason: 'completed', heard: { text: TEXT + TEXT } });
  });

  it.each(['stream', 'local', 'peer'] as const)(
    'fails by %s when the daemon is gone, in every state',
    async (topology) => {
      rig = await replyRig(topology);
      const sounding = rig.open();
      sounding.say(TEXT);
      const waiting = rig.open();
      waiting.say(TEXT);
      const held = rig.open({ isHeld: true });
      held.say(TEXT);
      await rig.clock.advanceAsync(700);
      rig.client.close();
      const end = await rig.until(sounding.reply.ended);
      expect(end).toMatchObject({ reason: 'failed' });
      expect((await rig.until(waiting.reply.ended)).reason).toBe('failed');
      held.reply.release();
      expect((await rig.until(held.reply.ended)).reason).toBe('failed');
    },
  );
});

describe("A reply by MMDAgent-EX's own voice", () => {
  let rig: ReplyRig;
  afterEach(() => rig.close());

  it('never begins a sentence before SYNTH_EVENT_STOP of the one before', async () => {
    rig = await replyRig('peer');
    const events: string[] = [];
    rig.client.events.on('message', ({ type, isEcho }) => {
      if (type.startsWith('SYNTH_EVENT') && !isEcho) events.push(type.slice(12));
    });
    const synths = rig.synths().length;
    const { reply, say } = rig.open();
    say('Hello there. ', 'I am. ', 'How are you?');
    reply.end();
    await rig.until(reply.ended);
    expect(events).toEqual(['START', 'STOP', 'START', 'STOP', 'START', 'STOP']);
    expect(rig.synths()).toHaveLength(synths + 3);
  });

  it('stops at once and closes the mouth behind SYNTH_EVENT_STOP, not before', async () => {
    rig = await replyRig('peer');
    const order: string[] = [];
    rig.client.events.on('sent', ({ text }) => order.push(text.split('|')[0] ?? ''));
    rig.client.events.on('message', ({ type, isEcho }) => {
      if (type === 'SYNTH_EVENT_STOP' && !isEcho) order.push(type);
    });
    const { reply, say } = rig.open();
    say(TEXT);
    await rig.clock.advanceAsync(800);
    const cancelledMs = rig.clock.nowMs();
    const end = await rig.until(reply.cancel(), 1);
    expect(order).toEqual(['SYNTH_START', 'SYNTH_STOP', 'SYNTH_EVENT_STOP', 'LIPSYNC_START']);
    await rig.clock.advanceAsync(500);
    expect(rig.soundUntilMs() - cancelledMs).toBeLessThan(90);
    expect(rig.openingNow()).toBe(0);
    // 80 ms a letter, heard from 105 ms on, until 65 ms after.
    expect(end.heard.text.length).toBeGreaterThan(5);
    expect(end.heard.text.length).toBeLessThan(14);
    expect(end.heard.by).toBe('phoneme');
  });

  it('says the rest of the sentence after a pause, from the border of a word', async () => {
    rig = await replyRig('peer');
    const { reply, say } = rig.open();
    say(TEXT);
    reply.end();
    await rig.clock.advanceAsync(1200);
    reply.pause();
    await rig.clock.advanceAsync(500);
    const { text } = reply.heard();
    reply.resume();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'completed', heard: { text: TEXT } });
    const [whole, rest] = rig.synths().map((one) => one.split('|')[3] ?? '');
    expect(whole).toBe(TEXT);
    expect(TEXT.endsWith(rest ?? '')).toBe(true);
    // The word that was cut off is said again.
    const from = TEXT.length - (rest?.length ?? 0);
    expect(from).toBeLessThanOrEqual(text.length);
    expect(text.length - from).toBeLessThan(12);
    expect(TEXT[from - 1]).toBe(' ');
  });
});
