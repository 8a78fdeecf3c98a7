import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bridge, connect, readPhonemeList } from '../../../src/index.js';
import { fixturePath, wavFile } from '../../support/audio-fixtures.js';
import { until } from '../daemon/rig.js';
import { fakeParec } from '../mic/fake-parec.js';

const SAMPLE = readFileSync(fixturePath('speech-sample.wav')).subarray(44);

describe('The library', () => {
  let bridge: Bridge;
  const messages: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'bridge-library-'));
  /** The first two seconds of somebody who speaks. */
  const speechFile = join(folder, 'speech.wav');
  writeFileSync(speechFile, wavFile(SAMPLE.subarray(0, 2 * 32_000)));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    messages.length = 0;
    bridge = await connect({ embedded: { links: ['simulator:'] } });
    await bridge.subscribe('messages');
    bridge.on('message', ({ type, args, isEcho }) => {
      if (!isEcho) messages.push([type, ...args].join('|'));
    });
    bridge.on('sent', ({ text }) => messages.push(`> ${text}`));
  });
  afterEach(() => bridge.close());

  it('plays a file, with messages tied to it', async () => {
    const speech = await bridge.play(speechFile, {
      ties: [{ atMs: 300, message: 'TIED|1' }],
    });
    const end = await speech.ended;
    expect(end.reason).toBe('completed');
    expect(end.heardMs).toBeGreaterThan(1000);
    expect(messages).toContain('> TIED|1');
  });

  it('interrupts what it plays by a signal', async () => {
    const stop = new AbortController();
    const speech = await bridge.play(speechFile, { signal: stop.signal });
    speech.events.on('position', () => stop.abort());
    expect(await speech.ended).toMatchObject({ reason: 'interrupted' });
  });

  it('plays a file with lips of its own, exact where phonemes are given', async () => {
    const speech = await bridge.play(speechFile, {
      phonemes: readPhonemeList('sil,300,a,300,i,200,sil,200', 'the test'),
    });
    expect(await speech.ended).toMatchObject({ reason: 'completed' });
    expect(messages).toContain('> LIPSYNC_START|0|sil,300,a,300,i,200,sil,200');
  });

  it('leaves the mouth to messages that are tied to it by the caller', async () => {
    const speech = await bridge.play(speechFile, {
      lips: 'own',
      ties: [{ atMs: 200, message: 'LIPSYNC_START|0|o,300,sil,100' }],
    });
    expect(await speech.ended).toMatchObject({ reason: 'completed' });
    expect(messages.filter((text) => text.startsWith('> LIPSYNC_START'))).toEqual([
      '> LIPSYNC_START|0|o,300,sil,100',
    ]);
  });

  it('says no text for which there is no engine, and says so', async () => {
    await expect(bridge.say('Hello', { engine: 'nobody' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_ENGINE',
    });
    await expect(bridge.say('Hello', { lane: 'nowhere', engine: 'embedded' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_UNKNOWN',
    });
  });

  it('sends messages, and refuses those that would harm MMDAgent-EX', async () => {
    await bridge.send('LIBRARY_TEST|1');
    expect(messages).toContain('> LIBRARY_TEST|1');
    await expect(bridge.send('LIBRARY_TEST|a\nMODEL_DELETE|0')).rejects.toMatchObject({
      code: 'BRIDGE_ERR_MESSAGE_ARGUMENT',
    });
  });

  it('moves the lips to sound that the program plays itself, and closes the mouth', async () => {
    let startedAtMs: number | undefined;
    const lips = await bridge.lips({
      phonemes: readPhonemeList('sil,100,k,75,o,175,sil,100', 'the test'),
      timeline: {
        heardAtMs: (positionMs) => (startedAtMs === undefined ? undefined : startedAtMs + positionMs),
      },
    });
    lips.finish();
    startedAtMs = performance.now() + 500;
    lips.start(0);
    await lips.whenDone();
    expect(lips.counts).toMatchObject({ parts: 1, lateParts: 0, failedParts: 0 });
    const parts = messages.filter((text) => /^> LIPSYNC_START\|0\|.*o,/.test(text));
    expect(parts).toHaveLength(1);
    await until(() => lips.openParts === 0);
    await lips.close();
    expect(lips.status).toBe('stopped');
  });

  describe('with a microphone', () => {
    const path = process.env['PATH'];
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'bridge-library-'));
      const pcmFile = join(directory, 'speech.pcm');
      writeFileSync(pcmFile, SAMPLE);
      process.env['PATH'] = fakeParec(directory, { pcmFile }).path;
    });
    afterEach(() => {
      process.env['PATH'] = path;
      rmSync(directory, { recursive: true, force: true });
    });

    it('passes it on until it is closed', async () => {
      const microphone = await bridge.microphone({ backend: 'parec', gate: { by: 'off' } });
      await until(() => microphone.lagMs !== undefined);
      expect(microphone.feed.frames).toBeGreaterThan(5);
      const { lanes } = await bridge.status();
      expect(lanes[0]?.isSpeaking).toBe(true);
      await microphone.close();
      expect(await microphone.ended).toBeUndefined();
      expect((await bridge.status()).lanes[0]?.isSpeaking).toBe(false);
    });

    it('says what is wrong with one that cannot be opened, and leaves the avatar alone', async () => {
      fakeParec(directory, { complaint: 'Stream error: No such entity' });
      await expect(bridge.microphone({ backend: 'parec', device: 'attic' })).rejects.toMatchObject({
        code: expect.stringMatching(/^BRIDGE_ERR_DEVICE_/),
      });
      expect((await bridge.status()).lanes[0]?.isSpeaking).toBe(false);
    });
  });
});
