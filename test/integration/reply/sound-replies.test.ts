import { afterEach, describe, expect, it } from 'vitest';
import type { SpokenWord } from '../../../src/language/index.js';
import { takesSound } from '../../../src/reply/index.js';
import { DeviceError, ProviderError } from '../../../src/runtime/index.js';
import { codedSound } from '../../support/reply/coded-engine.js';
import { type ReplyRig, replyRig } from '../../support/reply/reply-rig.js';

const TEXT = 'Nobody knows everything about it.';

/** Words as written, a phoneme a letter, so that a letter takes as long as the coded engine gives it. */
const letterwise = {
  pronounce: async (text: string): Promise<readonly SpokenWord[]> =>
    [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
      text: word,
      from: index,
      to: index + word.length,
      language: 'en' as const,
      readings: [Array.from(word, () => 'a')],
      isPause: false,
    })),
};

/** The places, in milliseconds of all that was said, where the sound went back. */
function goesBackTo(heard: readonly number[]): number[] {
  return heard.filter((at, n) => n > 0 && at < (heard[n - 1] ?? 0));
}

describe('A reply whose sound is ours', () => {
  let rig: ReplyRig;
  afterEach(() => rig.close());

  it('lets the first sound of a held reply go at once when it is released', async () => {
    rig = await replyRig('stream');
    const { reply, say } = rig.open({ isHeld: true });
    say(TEXT);
    await rig.clock.advanceAsync(1000);
    const releasedMs = rig.clock.nowMs();
    reply.release();
    await rig.clock.advanceAsync(500);
    expect(rig.soundFromMs() - releasedMs).toBeLessThan(60);
  });

  it('asks for the next pieces while the first is heard, but not for more than may wait', async () => {
    rig = await replyRig('stream');
    const { reply } = rig.open();
    const taken: number[] = [];
    for (let n = 0; n < 9; n++) void reply.push({ text: `${TEXT} ` }).then(() => taken.push(n));
    await rig.clock.advanceAsync(50);
    expect(rig.engines[0]?.requests).toHaveLength(1);
    await rig.clock.advanceAsync(500);
    // The first has been given away whole; three more are under way.
    expect(rig.engines[0]?.requests).toHaveLength(4);
    expect(taken).toEqual([0, 1, 2, 3]);
    await rig.clock.advanceAsync(2000);
    expect(taken.length).toBeLessThan(8);
    await rig.until(reply.cancel());
    expect(taken).toHaveLength(9);
  });

  it('makes one sound of all pieces, without a gap or a click between them', async () => {
    rig = await replyRig('stream');
    const { reply, say } = rig.open();
    say('Hello there. ', 'How are you today? ', 'I am.');
    reply.end();
    await rig.until(reply.ended);
    await rig.clock.advanceAsync(500);
    const heard = rig.heardMs();
    expect(heard).toEqual(heard.map((_, n) => n));
    // MMDAgent-EX plays blocks of 16 ms: they follow each other.
    const loud = rig.played.filter(({ pcm }) => pcm.some((sample) => sample !== 0));
    const gaps = loud.map(({ atMs }, n) => atMs - (loud[n - 1]?.atMs ?? atMs - 16));
    for (const gap of gaps) expect(gap).toBeCloseTo(16, 3);
  });

  it.each([
    ['characters', undefined],
    ['words', undefined],
    ['phonemes', letterwise],
    ['nothing', letterwise],
  ] as const)('goes on from the border of a word when its engine tells %s', async (tells, pronouncer) => {
    rig = await replyRig('stream', {
      tells,
      ...(pronouncer && { pronouncer }),
      // MMDAgent-EX's own lips: nothing lays the text over the sound.
      settings: { topology: 'stream', lips: tells === 'nothing' ? 'peer' : 'auto' },
    });
    const { reply, say } = rig.open();
    say(TEXT);
    reply.end();
    // The first sound is heard after 145 ms; 100 ms and 45 ms ahead have left.
    await rig.clock.advanceAsync(900);
    reply.pause();
    await rig.clock.advanceAsync(300);
    const heard = reply.heard();
    // "Nobody knows everyth": as far as the avatar has it. A reading is spread over the sound without the blanks.
    expect(heard.heardMs).toBe(920);
    expect(heard.by).toBe(tells === 'characters' ? 'character' : tells === 'words' ? 'word' : 'phoneme');
    const isByReading = tells === 'nothing' || tells === 'phonemes';
    expect(heard.text).toBe(
      tells === 'words' ? 'Nobody knows ' : isByReading ? heard.text : TEXT.slice(0, 18),
    );
    expect(Math.abs(heard.text.length - 18)).toBeLessThanOrEqual(tells === 'words' ? 6 : 3);
    reply.resume();
    await rig.until(reply.ended);
    const [back = Number.NaN] = goesBackTo(rig.heardMs());
    // "everything" begins at letter 13; 8 ms fade in.
    if (tells === 'nothing') expect(Math.abs(back - 8 - 650)).toBeLessThanOrEqual(100);
    else if (tells === 'phonemes') expect(Math.abs(back - 8 - 650)).toBeLessThanOrEqual(150);
    else expect(back - 8).toBe(650);
  });

  it('goes on from the last pause in the sound where nothing is known of the words', async () => {
    rig = await replyRig('stream', { tells: 'nothing' });
    const voice = rig.voice;
    if (!takesSound(voice)) throw new Error('It takes no sound');
    const sound = async function* () {
      yield { pcm: codedSound(0, 500), sampleRateHz: 16_000 };
      yield { pcm: new Uint8Array(100 * 32), sampleRateHz: 16_000 };
      yield { pcm: codedSound(600, 1400), sampleRateHz: 16_000 };
    };
    const transcript = async function* () {
      yield 'Nobody knows';
    };
    const { reply } = rig.watch(voice.openSound({ sound: sound(), transcript: transcript() }));
    await rig.clock.advanceAsync(800);
    reply.pause();
    await rig.clock.advanceAsync(300);
    reply.resume();
    await rig.until(reply.ended);
    expect(goesBackTo(rig.heardMs())).toEqual([608]);
  });

  it('sounds again within a tenth of a second, each time of many', async () => {
    rig = await replyRig('stream');
    const { reply, say } = rig.open();
    say(TEXT, TEXT);
    reply.end();
    for (let n = 0; n < 4; n++) {
      await rig.clock.advanceAsync(600);
      reply.pause();
      await rig.clock.advanceAsync(400);
      const resumedMs = rig.clock.nowMs();
      const before = rig.played.length;
      reply.resume();
      await rig.clock.advanceAsync(100);
      expect((rig.played[before]?.atMs ?? Number.NaN) - resumedMs).toBeLessThan(100);
    }
    expect((await rig.until(reply.ended)).heard.text).toBe(TEXT + TEXT);
  });

  it('sounds again within a tenth of a second, however long a loudspeaker takes to open', async () => {
    rig = await replyRig('local', { openMs: 300 });
    const { reply, say } = rig.open();
    say(TEXT, TEXT);
    reply.end();
    await rig.clock.advanceAsync(600);
    for (let n = 0; n < 3; n++) {
      await rig.clock.advanceAsync(500);
      reply.pause();
      await rig.clock.advanceAsync(450);
      const before = rig.heardMs().length;
      expect(rig.playbacks.filter(({ isEnded }) => !isEnded)).toHaveLength(1);
      reply.resume();
      await rig.clock.advanceAsync(100);
      expect(rig.heardMs().length).toBeGreaterThan(before + 20);
    }
    expect((await rig.until(reply.ended)).heard.text).toBe(TEXT + TEXT);
    expect(rig.playbacks.every(({ isEnded }) => isEnded)).toBe(true);
  });

  it.each(['cancel', 'close', 'lose', 'resume'] as const)(
    'leaves no loudspeaker open that was got ready in a pause (%s)',
    async (then) => {
      for (const ms of [0, 100, 600]) {
        rig = await replyRig('local', { openMs: 300 });
        const { reply, say } = rig.open();
        say(TEXT);
        reply.end();
        await rig.clock.advanceAsync(1100);
        reply.pause();
        await rig.clock.advanceAsync(ms);
        if (then === 'cancel') await rig.until(reply.cancel());
        else if (then === 'close') await rig.until(rig.voice.close());
        else {
          if (then === 'lose')
            rig.playbacks.at(-1)?.break(new DeviceError('BRIDGE_ERR_DEVICE_LOST', 'unplugged'));
          await rig.clock.advanceAsync(20);
          reply.resume();
          expect(await rig.until(reply.ended)).toMatchObject({ reason: 'completed', heard: { text: TEXT } });
        }
        await rig.clock.advanceAsync(1000);
        expect(rig.playbacks.every(({ isEnded }) => isEnded)).toBe(true);
        if (ms !== 600) await rig.close();
      }
    },
  );

  it('closes the mouth while it is paused, and moves it by the rest of the phonemes afterwards', async () => {
    rig = await replyRig('stream', { tells: 'phonemes' });
    const { reply, say } = rig.open();
    say(TEXT);
    reply.end();
    await rig.clock.advanceAsync(900);
    expect(rig.openingNow()).toBeGreaterThan(0.2);
    reply.pause();
    await rig.clock.advanceAsync(600);
    expect(rig.openingNow()).toBe(0);
    expect(rig.lists().at(-1)).toBe('sil,50');
    reply.resume();
    await rig.clock.advanceAsync(400);
    expect(rig.openingNow()).toBeGreaterThan(0.2);
    await rig.until(reply.ended);
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBe(0);
  });

  it('goes on with what comes when it was paused while its engine was slow', async () => {
    rig = await replyRig('stream', { script: { speed: 0.5 } });
    const { reply, say } = rig.open();
    say(TEXT);
    reply.end();
    await rig.clock.advanceAsync(700);
    reply.pause();
    await rig.clock.advanceAsync(50);
    const { heardMs } = reply.heard();
    await rig.clock.advanceAsync(600);
    reply.resume();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'completed', heard: { text: TEXT } });
    expect(heardMs).toBeLessThan(400);
    expect(goesBackTo(rig.heardMs()).length).toBeLessThanOrEqual(1);
  });

  it('closes the mouth that MMDAgent-EX leaves open where the sound runs out', async () => {
    rig = await replyRig('stream');
    const { reply, say } = rig.open();
    say(TEXT);
    await rig.until(reply.push({ text: '' }));
    await rig.clock.advanceAsync(4000);
    // The next sentence is still being written.
    expect(rig.openingNow()).toBe(0);
    say(TEXT);
    await rig.clock.advanceAsync(800);
    expect(rig.openingNow()).toBeGreaterThan(0.1);
    reply.end();
    await rig.until(reply.ended);
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBe(0);
  });

  it('closes that mouth too where an engine is only a little too slow', async () => {
    rig = await replyRig('stream', { script: { latencyMs: 0, speed: 0.8 } });
    const { reply, say } = rig.open();
    say('Nobody knows everything. ');
    reply.end();
    await rig.until(reply.ended);
    await rig.clock.advanceAsync(1000);
    expect(rig.openingNow()).toBe(0);
  });

  it('goes on synthesizing while it is paused, bounded', async () => {
    rig = await replyRig('stream');
    const { reply, say } = rig.open();
    say(TEXT, TEXT, TEXT, TEXT, TEXT);
    await rig.clock.advanceAsync(300);
    reply.pause();
    await rig.clock.advanceAsync(60_000);
    expect(rig.engines[0]?.requests).toHaveLength(4);
    reply.end();
    reply.resume();
    expect(await rig.until(reply.ended)).toMatchObject({ heard: { pieces: 5 } });
  });

  it('does not hear the end of a pause that was taken back at once', async () => {
    rig = await replyRig('stream');
    const { reply, say, told } = rig.open();
    say(TEXT);
    reply.end();
    await rig.clock.advanceAsync(700);
    reply.pause();
    reply.resume();
    reply.pause();
    reply.resume();
    expect(await rig.until(reply.ended)).toMatchObject({ reason: 'completed', heard: { text: TEXT } });
    expect(told.filter((one) => one === 'paused')).toEqual([]);
    expect(goesBackTo(rig.heardMs()).length).toBeLessThanOrEqual(1);
  });

  it('tells the sound that is heard, with its time, and again what is heard again', async () => {
    rig = await replyRig('stream');
    const { reply, say, played } = rig.open();
    say(TEXT);
    reply.end();
    await rig.clock.advanceAsync(900);
    reply.pause();
    await rig.clock.advanceAsync(400);
    reply.resume();
    await rig.until(reply.ended);
    const told = played.flatMap(({ pcm, atMs }) => {
      const samples = new Int16Array(pcm.slice().buffer);
      return Array.from({ length: Math.floor(samples.length / 16) }, (_, n) => ({
        ms: (samples[n * 16 + 8] ?? 0) - 2000,
        atMs: atMs + n,
      }));
    });
    const heardAt = new Map<number, number[]>();
    for (const { pcm, atMs } of rig.played)
      for (let n = 0; n < 16; n++) {
        const ms = (pcm[n * 16 + 8] ?? 0) - 2000;
        heardAt.set(ms, [...(heardAt.get(ms) ?? []), atMs + n]);
      }
    expect(told.length).toBeGreaterThan(TEXT.length * 50);
    const wrong = told.filter(({ ms, atMs }) => {
      const times = heardAt.get(ms) ?? [];
      return !times.some((at) => Math.abs(at - atMs) < 25);
    });
    // The last part of a block that was cut off is not heard, and what was faded in sounds otherwise.
    expect(wrong.length).toBeLessThanOrEqual(16 + 8);
  });

  it.each(['stream', 'local'] as const)(
    'takes back what it told of sound that is not heard after all (%s)',
    async (topology) => {
      rig = await replyRig(topology);
      const { reply, say, played, unplayed } = rig.open();
      say(TEXT);
      reply.end();
      await rig.clock.advanceAsync(900);
      reply.pause();
      await rig.clock.advanceAsync(300);
      reply.resume();
      await rig.clock.advanceAsync(400);
      void reply.cancel();
      await rig.until(reply.ended);
      const lasts = (topology === 'stream' ? [] : unplayed).map((fromMs) =>
        played.filter(({ atMs }) => atMs < fromMs + 130).at(-1),
      );
      // What had left for MMDAgent-EX is heard; a loudspeaker of this machine is silent at once.
      expect(unplayed).toHaveLength(topology === 'stream' ? 0 : 2);
      for (const [n, last] of lasts.entries()) {
        const toldUntilMs = (last?.atMs ?? 0) + (last?.pcm.byteLength ?? 0) / 32;
        expect(toldUntilMs).toBeGreaterThan((unplayed[n] ?? 0) + 5);
        expect(toldUntilMs).toBeLessThan((unplayed[n] ?? 0) + 130);
      }
      if (topology === 'local') expect(Math.abs((unplayed[1] ?? 0) - rig.silentSinceMs())).toBeLessThan(25);
    },
  );

  it.each(['own', 'peer'] as const)(
    'says of none that it is heard before it is, also when it follows another at once (lips %s)',
    async (lips) => {
      rig = await replyRig('stream', { settings: { topology: 'stream', lips } });
      const early: number[] = [];
      for (let n = 0; n < 12; n++) {
        const before = rig.played.length;
        const { reply, say, played, times } = rig.open();
        await rig.clock.advanceAsync(200 + 7 * n);
        say('Well…!');
        reply.end();
        await rig.until(reply.ended);
        const loud = rig.played.slice(before).find(({ pcm }) => pcm.some((sample) => sample > 1000));
        const heardAtMs = loud?.atMs ?? Number.NaN;
        expect(heardAtMs).toBeGreaterThan(times['sent'] ?? Number.NaN);
        for (const atMs of [times['heardAt'], times['+0 at'], played[0]?.atMs])
          early.push(heardAtMs - (atMs ?? Number.NaN));
      }
      expect(early.filter((ms) => !(Math.abs(ms) < 25))).toEqual([]);
    },
  );

  it('lets no unit leave after a cancel, at whatever moment', async () => {
    for (const ms of [0, 1, 99, 100, 101, 120, 350, 777, 1800]) {
      rig = await replyRig('stream', { tells: 'phonemes' });
      const { reply, say } = rig.open();
      say(TEXT, TEXT);
      await rig.clock.advanceAsync(ms);
      void reply.cancel();
      const cancelledMs = rig.clock.nowMs();
      await rig.clock.advanceAsync(2000);
      const lists = rig.sent.filter(({ atMs, text }) => atMs > cancelledMs && text.startsWith('LIPSYNC'));
      expect(lists.length).toBeLessThanOrEqual(1);
      // What had left is heard: the lead and the way.
      if (rig.played.length > 0) expect(rig.soundUntilMs()).toBeLessThan(cancelledMs + 166);
      expect(rig.openingNow()).toBe(0);
      if (ms !== 1800) await rig.close();
    }
  });

  it.each([0, 20, 90])('was not heard when it is cut before it sounded, after %i ms', async (ms) => {
    rig = await replyRig('stream');
    const { reply, say } = rig.open();
    say(TEXT, TEXT);
    await rig.clock.advanceAsync(ms);
    const end = await rig.until(reply.cancel());
    expect(end.heard).toMatchObject({ pieces: 0, units: 0, text: '' });
    await rig.clock.advanceAsync(500);
    expect(reply.heard()).toMatchObject({ pieces: 0, units: 0, text: '' });
  });

  it.each([
    ['before its first sound', 0],
    ['in the middle', 500],
  ] as const)('ends with what was heard when its only engine fails %s', async (_, atMs) => {
    const step = new ProviderError('BRIDGE_ERR_SPEECH_FAILED', 'it failed', { provider: 'first' });
    rig = await replyRig('stream', { script: { fault: () => ({ atMs, step }) } });
    const { reply, say } = rig.open();
    say(TEXT);
    reply.end();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_SPEECH_FAILED' } });
    expect(end.heard.text.length).toBeLessThanOrEqual(atMs / 50 + 1);
    expect(end.heard.heardMs).toBe(atMs);
    // The next one works.
    const next = rig.open();
    expect((await rig.until(next.reply.cancel())).reason).toBe('cancelled');
  });

  it('goes on with another engine when one fails, and says so', async () => {
    const step = new ProviderError('BRIDGE_ERR_SPEECH_FAILED', 'it failed', { provider: 'first' });
    const fault = (text: string) => (text.startsWith('How') ? { atMs: 0, step } : undefined);
    rig = await replyRig('stream', { script: { fault }, second: {}, speech: { engine: 'first,second' } });
    const { reply, say, told } = rig.open();
    say('Hello there. ', 'How are you today?');
    reply.end();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'completed', heard: { pieces: 2 } });
    expect(told.filter((one) => one.startsWith('warned'))).toEqual([
      'warned first failed, second speaks: it failed',
    ]);
  });

  it('is cancelled by who interrupts the lane, and the next waits for nobody', async () => {
    rig = await replyRig('stream');
    const { reply, say } = rig.open();
    say(TEXT);
    await rig.clock.advanceAsync(700);
    await rig.client.request('interrupt', { lane: 'simulator' });
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'cancelled', heard: { heardMs: 720 } });
  });

  it.each([
    ['queue', 'completed'],
    ['interrupt', 'completed'],
    ['fail', 'failed'],
  ] as const)('does what it was told (%s) while somebody else speaks', async (ifBusy, reason) => {
    rig = await replyRig('stream', { settings: { topology: 'stream', ifBusy } });
    const other = await rig.client.open({ kind: 'recorded' });
    void other.write(new Uint8Array(32 * 1500).fill(9));
    await rig.clock.advanceAsync(200);
    const { reply, say } = rig.open();
    say(TEXT);
    reply.end();
    await rig.clock.advanceAsync(800);
    if (ifBusy === 'queue') expect(reply.heard().heardMs).toBe(0);
    if (ifBusy === 'queue') await rig.until(other.end());
    const end = await rig.until(reply.ended);
    expect(end.reason).toBe(reason);
    if (reason === 'failed') expect(end.error?.code).toBe('BRIDGE_ERR_LANE_BUSY');
    if (ifBusy === 'interrupt') expect((await other.ended).reason).toBe('interrupted');
    await other.interrupt();
  });

  it.each(['stream', 'local', 'peer'] as const)(
    'fails by %s when the avatar is not ready in time',
    async (topology) => {
      const settings = { model: 'nobody', readyTimeoutMs: 2000 };
      rig = await replyRig(topology);
      await rig.client.request('status', {});
      const gone = await replyRig(topology, { settings: { ...settings, lane: 'simulator' } as never });
      const { reply, say } = gone.open();
      say(TEXT);
      reply.end();
      const end = await gone.until(reply.ended);
      await gone.close();
      // Of another model than the lane's own nobody knows whether it is there: only sound waits for it.
      if (topology === 'stream')
        expect(end).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_LANE_NOT_READY' } });
      else expect(['completed', 'failed']).toContain(end.reason);
    },
  );

  it.each(['stream', 'local', 'peer'] as const)(
    'fails by %s on a lane that is not there',
    async (topology) => {
      rig = await replyRig(topology, { settings: { lane: 'nowhere' } as never });
      const { reply, say } = rig.open();
      say(TEXT);
      const end = await rig.until(reply.ended);
      expect(end).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_LANE_UNKNOWN' } });
    },
  );
});
