import { describe, expect, it } from 'vitest';
import { FakeConnection } from '../../support/fake-connection.js';
import { makeLane, STREAM, speak, watch } from '../../support/lane.js';

const PROBE = 'ROTATE_START|0|0,0,0|LOCAL';

describe('AvatarLane on a new connection', () => {
  it('says hello on a complete line, then declares avatar and model', () => {
    const { connect } = makeLane();
    const connection = connect();
    expect(connection.lines).toEqual(['BRIDGE_HELLO', '__AV_START', '__AV_SETMODEL,0']);
  });

  it('keeps that order when the socket takes nothing at first', () => {
    const { connect, clock, lane } = makeLane();
    const connection = new FakeConnection({ clock });
    connection.unsentBytes = 129;
    lane.attach(connection);
    expect(connection.lines).toEqual([]);
    connection.drain();
    expect(connection.lines).toEqual(['BRIDGE_HELLO', '__AV_START', '__AV_SETMODEL,0']);
    void connect;
  });

  it('is ready a second after MODEL_EVENT_ADD, when the peer has opened its sound device, without a probe', async () => {
    const { connect, clock, states } = makeLane();
    const connection = connect({ echoMs: Number.POSITIVE_INFINITY });
    await clock.advanceAsync(200);
    connection.say('MODEL_ADD|0|gene/Gene.pmd', 'MODEL_EVENT_ADD|0');
    expect(states).toEqual(['waiting']);
    await clock.advanceAsync(999);
    expect(states).toEqual(['waiting']);
    await clock.advanceAsync(1);
    expect(states).toEqual(['waiting', 'ready']);
    expect(connection.lines).not.toContain(PROBE);
  });

  it('finds a model that was loaded before by the probe, and hides probe, echo and events', async () => {
    const { connect, clock, states, messages } = makeLane();
    const connection = connect();
    await clock.advanceAsync(3000);
    expect(states).toEqual(['waiting', 'ready']);
    expect(connection.lines.filter((line) => line === PROBE)).toHaveLength(1);
    expect(messages).toEqual([]);
  });

  it('probes once a second until the model is there, and says that it is missing when only the echo comes', async () => {
    const { connect, clock, states, warnings, messages, lane } = makeLane();
    const connection = connect({ models: [] });
    await clock.advanceAsync(5000);
    expect(connection.lines.filter((line) => line === PROBE)).toHaveLength(5);
    expect(states).toEqual(['waiting', 'modelMissing']);
    expect(warnings).toEqual(['modelMissing']);
    connection.models.add('0');
    await clock.advanceAsync(1100);
    expect(lane.state.status).toBe('ready');
    const before = connection.lines.length;
    await clock.advanceAsync(10_000);
    expect(connection.lines.slice(before).every((line) => line.startsWith('BRIDGE_HELLO|clock'))).toBe(true);
    expect(messages).toEqual([]);
  });

  it('does not take the silence of a loading program for a missing model', async () => {
    const { connect, clock, states } = makeLane();
    const connection = connect({ echoMs: Number.POSITIVE_INFINITY });
    await clock.advanceAsync(90_000);
    expect(states).toEqual(['waiting']);
    const probes = connection.lines.filter((line) => line === PROBE);
    connection.say(
      'MODEL_EVENT_ADD|0',
      ...probes.flatMap((probe) => [probe, 'ROTATE_EVENT_START|0', 'ROTATE_EVENT_STOP|0']),
    );
    await clock.advanceAsync(1000);
    expect(states).toEqual(['waiting', 'ready']);
  });

  it("shows a user's own turn, also after probes that a missing model never answered", async () => {
    const { connect, clock, messages, lane } = makeLane();
    const connection = connect({ models: [] });
    await clock.advanceAsync(5000);
    connection.say('MODEL_EVENT_ADD|0');
    await clock.advanceAsync(3000);
    messages.length = 0;
    await lane.send({ type: 'ROTATE_START', args: ['0', '0,90,0', 'LOCAL'] }, 1000);
    connection.say('ROTATE_EVENT_START|0', 'ROTATE_EVENT_STOP|0');
    await clock.advanceAsync(100);
    expect(messages).toEqual(['ROTATE_EVENT_START|0', 'ROTATE_EVENT_STOP|0', '<ROTATE_START|0|0,90,0|LOCAL']);
  });

  it('does not pile up probes while the socket is blocked', async () => {
    const { connect, clock, lane } = makeLane();
    const connection = connect({ models: [] });
    connection.isBlocked = true;
    await clock.advanceAsync(60_000);
    expect(lane.queuedLines).toBeLessThanOrEqual(1);
    connection.drain();
  });

  it('goes on asking after MODEL_EVENT_DELETE', async () => {
    const { connectReady, clock, lane } = makeLane();
    const connection = await connectReady();
    connection.models.clear();
    connection.say('MODEL_EVENT_DELETE|0');
    expect(lane.state.status).toBe('modelMissing');
    connection.models.add('0');
    await clock.advanceAsync(1100);
    expect(lane.state.status).toBe('ready');
  });

  it('tells echoes of its own messages from what the program says', async () => {
    const { connectReady, clock, messages, lane } = makeLane();
    const connection = await connectReady();
    const sending = lane.send({ type: 'MOTION_ADD', args: ['0', 'wave', 'w.vmd'] }, 1000);
    await sending;
    connection.say('MOTION_ADD|0|other|o.vmd');
    await clock.advanceAsync(100);
    connection.say('MOTION_ADD|0|wave|w.vmd');
    expect(messages).toEqual([
      'MOTION_ADD|0|other|o.vmd',
      '<MOTION_ADD|0|wave|w.vmd',
      'MOTION_ADD|0|wave|w.vmd',
    ]);
    expect(lane.echoMs).toBe(30);
  });

  it('warns of a second client, not of itself, and anew on each connection', async () => {
    const { connect, clock, warnings } = makeLane();
    const first = connect();
    first.say('REMOTE_EVENT_CONNECTED|127.0.0.1');
    expect(warnings).toEqual([]);
    first.say('REMOTE_EVENT_CONNECTED|192.168.0.7');
    expect(warnings).toEqual(['secondClient']);
    first.drop();
    const second = connect();
    second.say('REMOTE_EVENT_CONNECTED|127.0.0.1');
    await clock.advanceAsync(0);
    expect(warnings).toEqual(['secondClient']);
  });

  it('warns once of a message that the peer cut', async () => {
    const { connectReady, warnings } = makeLane();
    const connection = await connectReady();
    connection.say(`LONG|${'x'.repeat(3000)}`, `LONG|${'x'.repeat(3000)}`);
    expect(warnings).toEqual(['truncatedMessage']);
  });

  it('declares everything again on the next connection, lip and sound mode included', async () => {
    const { connectReady, connect, clock, lane } = makeLane();
    const first = await connectReady();
    const stream = lane.openStream(1, { ...STREAM, lips: 'own' });
    stream.push(new Uint8Array(32_000));
    await clock.advanceAsync(200);
    expect(first.lines.slice(0, 2)).toEqual(['__AVCONF_DISABLEAUTOLIP,ALWAYS', 'SNDFILE']);
    first.drop();
    const second = connect();
    speak(lane.openStream(2, { ...STREAM, lips: 'own' }), 100);
    await clock.advanceAsync(3000);
    expect(second.lines.filter((line) => !/HELLO\|clock|ROTATE/.test(line))).toEqual([
      'BRIDGE_HELLO',
      '__AV_START',
      '__AV_SETMODEL,0',
      '__AVCONF_DISABLEAUTOLIP,ALWAYS',
      'SNDFILE',
      'SNDBRKS',
    ]);
  });

  it('sends messages only over stdio: no hello, no avatar, no sound', async () => {
    const { connect, clock, lane, states } = makeLane({ carriesSound: false });
    const connection = connect();
    expect(connection.lines).toEqual([]);
    await clock.advanceAsync(1000);
    expect(states).toEqual(['waiting', 'ready']);
    expect(() => lane.openStream(1, STREAM)).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_LINK_UNSUPPORTED' }),
    );
    expect(() => lane.speakFile(1, 'a.wav', 100, STREAM)).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_LINK_UNSUPPORTED' }),
    );
  });
});

describe('AvatarLane when the connection is lost', () => {
  it('fails what is being said, keeps what waits, and says it on the next connection', async () => {
    const { connectReady, connect, clock, lane, states } = makeLane();
    const first = await connectReady();
    const saying = lane.openStream(1, STREAM);
    const waiting = lane.openStream(2, STREAM);
    const [sayingSeen, waitingSeen] = [watch(saying), watch(waiting)];
    saying.push(new Uint8Array(64_000));
    speak(waiting, 200);
    await clock.advanceAsync(1000);
    first.drop();
    expect(sayingSeen.end).toMatchObject({
      reason: 'failed',
      error: { code: 'BRIDGE_ERR_LINK_LOST', retryable: true },
    });
    expect(sayingSeen.end?.heardMs).toBeCloseTo(955, -1);
    expect(waitingSeen.end).toBeUndefined();
    expect(states.at(-1)).toBe('disconnected');
    const second = connect();
    await clock.advanceAsync(5000);
    expect(waitingSeen.end).toEqual({ reason: 'completed', heardMs: 200 });
    expect(second.soundBytes).toBeGreaterThanOrEqual(200 * 32);
    await lane.closePolitely();
    expect(clock.pendingCount).toBe(0);
  });

  it('fails what was said also when the next connection comes without a goodbye of the old one', async () => {
    const { connectReady, connect, clock, lane } = makeLane();
    const first = await connectReady();
    const seen = watch(lane.openStream(1, STREAM));
    await clock.advanceAsync(100);
    const second = connect();
    expect(seen.end).toMatchObject({ reason: 'failed' });
    first.say('MODEL_EVENT_DELETE|0');
    first.drop();
    expect(lane.isConnected).toBe(true);
    await clock.advanceAsync(3000);
    expect(lane.state.status).toBe('ready');
    second.drop();
    expect(clock.pendingCount).toBe(0);
  });

  it('lets lines wait that had not left, and sends them once, in order', async () => {
    const { connectReady, connect, clock, lane } = makeLane();
    const first = await connectReady();
    first.isBlocked = true;
    const sending = ['A', 'B', 'C'].map((type) => lane.send({ type, args: [] }, 60_000));
    await sending[0];
    expect(lane.queuedLines).toBe(2);
    first.drop();
    expect(lane.queuedLines).toBe(2);
    const second = connect();
    await Promise.all(sending);
    expect(second.lines.filter((line) => line.length === 1)).toEqual(['B', 'C']);
    expect(first.lines).toEqual(['A']);
    second.drop();
    expect(clock.pendingCount).toBe(0);
  });

  it('gives up on an utterance that waits longer for an avatar than allowed, and says why', async () => {
    const { clock, lane, connect } = makeLane();
    const none = watch(lane.openStream(1, STREAM));
    await clock.advanceAsync(10_000);
    expect(none.end).toMatchObject({ error: { code: 'BRIDGE_ERR_LANE_NOT_READY' } });
    expect(String(none.end?.reason === 'failed' && none.end.error.message)).toMatch(
      /no MMDAgent-EX is connected/,
    );
    connect({ models: [] });
    const missing = watch(lane.openStream(2, STREAM));
    await clock.advanceAsync(10_000);
    expect(String(missing.end?.reason === 'failed' && missing.end.error.message)).toMatch(
      /no model with the alias "0"/,
    );
    await lane.closePolitely();
    expect(clock.pendingCount).toBe(0);
  });
});

describe('AvatarLane.send', () => {
  it('refuses a full queue by its policy', async () => {
    for (const [policy, kept] of [
      ['fail', ['M0', 'M1', 'M2', 'M3', 'M4']],
      ['drop-newest', ['M0', 'M1', 'M2', 'M3', 'M4']],
      ['drop-oldest', ['M2', 'M3', 'M4', 'M5', 'M6']],
    ] as const) {
      const { lane, connect, clock } = makeLane({ queuePolicy: policy });
      const sending = Array.from({ length: 7 }, (_, index) =>
        lane.send({ type: `M${index}`, args: [] }, 9000),
      );
      const settled = Promise.allSettled(sending);
      const connection = connect();
      const results = await settled;
      expect(connection.lines.filter((line) => /^M\d$/.test(line))).toEqual(kept);
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused).toHaveLength(2);
      expect(refused[0]?.reason).toMatchObject({ code: 'BRIDGE_ERR_QUEUE_FULL', retryable: true });
      connection.drop();
      expect(clock.pendingCount).toBe(0);
    }
  });

  it('times out without a connection, and behind a socket that takes nothing', async () => {
    const { lane, connectReady, clock } = makeLane();
    const offline = expect(lane.send({ type: 'A', args: [] }, 500)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_NOT_READY',
    });
    await clock.advanceAsync(500);
    await offline;
    const connection = await connectReady();
    connection.isBlocked = true;
    await lane.send({ type: 'B', args: [] }, 500);
    const blocked = expect(lane.send({ type: 'C', args: [] }, 500)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_NOT_READY',
    });
    await clock.advanceAsync(500);
    await blocked;
    connection.drain();
    expect(connection.lines).toEqual(['B']);
  });

  it('rejects what the peer cannot take, at once', () => {
    const { lane } = makeLane();
    expect(() => lane.send({ type: 'SNDBRKS', args: [] }, 500)).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_MESSAGE_TYPE' }),
    );
  });

  it('does not send faster than the peer bears: ten at once, then fifty a second', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    for (let line = 0; line < 60; line++) void lane.send({ type: 'M', args: [String(line)] }, 60_000);
    expect(connection.lines).toHaveLength(10);
    await clock.advanceAsync(500);
    expect(connection.lines).toHaveLength(35);
    await clock.advanceAsync(1000);
    expect(connection.lines.map((line) => line.slice(2))).toEqual(
      Array.from({ length: 60 }, (_, n) => String(n)),
    );
  });
});

describe('AvatarLane.closePolitely', () => {
  it('stops sound, waits until it was played, then ends; settles everything and leaves no timer', async () => {
    const { lane, connectReady, clock, states } = makeLane();
    const connection = await connectReady();
    const [saying, waiting] = [lane.openStream(1, STREAM), lane.openStream(2, STREAM)];
    const [sayingSeen, waitingSeen] = [watch(saying), watch(waiting)];
    saying.push(new Uint8Array(64_000));
    await clock.advanceAsync(500);
    const played = lane.waitForPlayout();
    const endsAtMs = lane.playout.endsAtMs;
    const closing = lane.closePolitely();
    expect([sayingSeen.end?.reason, waitingSeen.end?.reason]).toEqual(['interrupted', 'interrupted']);
    await clock.advanceAsync(endsAtMs - clock.nowMs() - 1);
    expect(connection.isOpen).toBe(true);
    await clock.advanceAsync(1);
    await Promise.all([closing, played]);
    expect(connection.isOpen).toBe(false);
    expect(states.at(-1)).toBe('closed');
    expect(clock.pendingCount).toBe(0);
    await expect(lane.send({ type: 'A', args: [] }, Number.POSITIVE_INFINITY)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_NOT_READY',
    });
    expect(() => lane.openStream(3, STREAM)).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_LANE_NOT_READY' }),
    );
    await lane.closePolitely();
  });

  it('does not wait for a peer that is gone', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    speak(lane.openStream(1, { ...STREAM, leadMs: 1000 }), 2000);
    await clock.advanceAsync(200);
    lane.interrupt();
    const played = lane.waitForPlayout();
    await clock.advanceAsync(0);
    connection.drop();
    await played;
    expect(clock.pendingCount).toBe(0);
  });

  it('rejects lines that still wait', async () => {
    const { lane, clock } = makeLane();
    const sending = expect(lane.send({ type: 'A', args: [] }, 60_000)).rejects.toMatchObject({
      retryable: true,
    });
    await lane.closePolitely();
    await sending;
    expect(clock.pendingCount).toBe(0);
  });
});
