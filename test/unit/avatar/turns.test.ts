import { describe, expect, it } from 'vitest';
import { LATENCY_MS, makeLane, STREAM, sound, speak, watch } from '../../support/lane.js';
import { PeerBuffer } from '../../support/peer-buffer.js';

describe('utterances of one lane', () => {
  it('follow one another without a gap and without mixing', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const seen = [300, 500, 200].map((durationMs, index) => {
      const stream = lane.openStream(index + 1, STREAM);
      speak(stream, durationMs);
      return watch(stream);
    });
    await clock.advanceAsync(3000);
    expect(seen.map(({ end }) => end?.reason)).toEqual(['completed', 'completed', 'completed']);
    expect(connection.lines).toEqual(['SNDFILE', 'SNDBRKS', 'SNDFILE', 'SNDBRKS', 'SNDFILE', 'SNDBRKS']);
    const peer = new PeerBuffer(0, LATENCY_MS);
    const sounds = connection.sent.filter(({ bytes }) => bytes.length > 7 && bytes[0] === 0x53);
    const gaps = sounds.map(({ atMs, bytes }) => peer.receive(bytes.length - 7, atMs).gapMs);
    expect(gaps.slice(1).every((gapMs) => gapMs === 0)).toBe(true);
  });

  it('change the model only when no sound of another is played any more', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady({ models: ['0', 'boy'] });
    const [first, second] = [lane.openStream(1, STREAM), lane.openStream(2, { ...STREAM, model: 'boy' })];
    const seen = [watch(first), watch(second)];
    speak(first, 500);
    speak(second, 500);
    await clock.advanceAsync(300);
    const changed = () => connection.sentAt('__AV_SETMODEL,boy');
    expect(changed()).toBeUndefined();
    await clock.advanceAsync(4000);
    expect(seen[0]?.end?.reason).toBe('completed');
    expect(seen[1]?.end?.reason).toBe('completed');
    expect(changed()).toBeGreaterThanOrEqual((seen[0]?.startedAtMs ?? 0) + 500);
    expect((seen[1]?.startedAtMs ?? 0) - LATENCY_MS).toBeGreaterThanOrEqual(changed() ?? 0);
  });

  it('change the model after an interruption only when the peer has played what it held', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady({ models: ['0', 'boy'] });
    lane.openStream(1, { ...STREAM, leadMs: 1000 }).push(sound(2000));
    await clock.advanceAsync(600);
    lane.interrupt();
    const heldUntilMs = lane.playout.endsAtMs;
    speak(lane.openStream(2, { ...STREAM, model: 'boy' }), 100);
    await clock.advanceAsync(3000);
    expect(connection.sentAt('__AV_SETMODEL,boy')).toBeGreaterThanOrEqual(heldUntilMs);
  });

  it('change the mouth source only when the sound before was heard to its end', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const [first, second] = [lane.openStream(1, STREAM), lane.openStream(2, { ...STREAM, lips: 'own' })];
    const seen = watch(first);
    speak(first, 500);
    speak(second, 500);
    await clock.advanceAsync(3000);
    expect(connection.sentAt('__AVCONF_DISABLEAUTOLIP,ALWAYS')).toBeGreaterThanOrEqual(
      (seen.startedAtMs ?? 0) + 500,
    );
  });

  it('probe for a model only while somebody waits for it', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const stream = lane.openStream(1, { ...STREAM, model: 'nobody', readyTimeoutMs: 3000 });
    const seen = watch(stream);
    await clock.advanceAsync(5000);
    expect(seen.end).toMatchObject({ error: { code: 'BRIDGE_ERR_LANE_NOT_READY' } });
    const probes = connection.lines.filter((line) => line.includes('nobody')).length;
    expect(probes).toBeGreaterThan(1);
    await clock.advanceAsync(60_000);
    expect(connection.lines.filter((line) => line.includes('nobody')).length).toBe(probes);
  });

  it('refuse a busy avatar or a full queue when told so', async () => {
    const { lane, connectReady } = makeLane();
    await connectReady();
    for (let id = 0; id < 100; id++) lane.openStream(id, STREAM);
    expect(() => lane.openStream(100, STREAM)).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_QUEUE_FULL' }),
    );
    expect(() => lane.openStream(100, { ...STREAM, ifBusy: 'fail' })).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_LANE_BUSY', retryable: true }),
    );
    lane.openStream(101, { ...STREAM, ifBusy: 'interrupt' });
    expect(lane.utteranceCount).toBe(1);
  });

  it('begin after the caller had time to subscribe', async () => {
    const { lane, connectReady } = makeLane();
    const connection = await connectReady();
    speak(lane.openStream(1, STREAM), 100);
    expect(connection.log).toEqual([]);
    await Promise.resolve();
    expect(lane.isSpeaking).toBe(true);
  });
});

describe('FileUtterance', () => {
  const FILE = { readyTimeoutMs: 10_000 };

  it('begins when nothing is played any more, and ends after the real end of the sound', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    speak(lane.openStream(1, STREAM), 500);
    const seen = watch(lane.speakFile(2, 'a b.wav', 2000, FILE));
    await clock.advanceAsync(400);
    expect(connection.sentAt('SPEAK_START|0|a b.wav')).toBeUndefined();
    await clock.advanceAsync(400);
    expect(connection.sentAt('SPEAK_START|0|a b.wav')).toBeDefined();
    connection.say('SPEAK_EVENT_START|0');
    expect(seen.startedAtMs).toBe(clock.nowMs());
    await clock.advanceAsync(2100);
    connection.say('SPEAK_EVENT_STOP|0');
    expect(seen.end).toBeUndefined();
    await clock.advanceAsync(300);
    expect(seen.end).toEqual({ reason: 'completed', heardMs: 2000 });
    await lane.closePolitely();
    expect(clock.pendingCount).toBe(0);
  });

  it('never follows another before that one has ended: the peer would freeze', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const first = watch(lane.speakFile(1, 'a.wav', 2000, FILE));
    lane.speakFile(2, 'b.wav', 2000, FILE);
    await clock.advanceAsync(100);
    connection.say('SPEAK_EVENT_START|0');
    await clock.advanceAsync(500);
    lane.speakFile(3, 'c.wav', 2000, { ...FILE, ifBusy: 'interrupt' });
    expect(connection.lines).toEqual(['SPEAK_START|0|a.wav', 'SPEAK_STOP|0']);
    connection.say('SPEAK_EVENT_STOP|0');
    await clock.advanceAsync(999);
    expect(connection.lines).toHaveLength(2);
    await clock.advanceAsync(1);
    expect(first.end).toEqual({ reason: 'interrupted', heardMs: 500 });
    expect(connection.lines.at(-1)).toBe('SPEAK_START|0|c.wav');
  });

  it('fails when the peer says nothing, and stops it in case it plays it later', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const seen = watch(lane.speakFile(1, 'missing.wav', 2000, FILE));
    await clock.advanceAsync(5000);
    expect(seen.end).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_SPEAK_FAILED' } });
    expect(connection.lines).toEqual(['SPEAK_START|0|missing.wav', 'SPEAK_STOP|0']);
  });

  it('ends also when the stop event never comes', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const seen = watch(lane.speakFile(1, 'a.wav', 2000, FILE));
    await clock.advanceAsync(100);
    connection.say('SPEAK_EVENT_START|0');
    await clock.advanceAsync(7000);
    expect(seen.end).toEqual({ reason: 'completed', heardMs: 2000 });
  });

  it('is taken back when it had not left yet', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    connection.isBlocked = true;
    await lane.send({ type: 'A', args: [] }, 1000);
    const seen = watch(lane.speakFile(1, 'a.wav', 2000, FILE));
    await clock.advanceAsync(100);
    lane.interrupt();
    expect(seen.end).toEqual({ reason: 'interrupted', heardMs: 0 });
    connection.drain();
    expect(connection.lines).toEqual(['A']);
  });

  it('fails with the connection, and stays interrupted when it was', async () => {
    for (const isInterrupted of [false, true]) {
      const { lane, connectReady, clock } = makeLane();
      const connection = await connectReady();
      const seen = watch(lane.speakFile(1, 'a.wav', 2000, FILE));
      await clock.advanceAsync(100);
      connection.say('SPEAK_EVENT_START|0');
      if (isInterrupted) lane.interrupt();
      connection.drop();
      expect(seen.end?.reason).toBe(isInterrupted ? 'interrupted' : 'failed');
      expect(clock.pendingCount).toBe(0);
    }
  });

  it('refuses a path that the peer cannot take, at once', () => {
    const { lane } = makeLane();
    expect(() => lane.speakFile(1, 'a|b.wav', 2000, FILE)).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_MESSAGE_ARGUMENT' }),
    );
    expect(lane.isSpeaking).toBe(false);
  });
});
