import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClientPosition, GivenSound } from '../../../src/reply/index.js';
import { ProviderError, sleep } from '../../../src/runtime/index.js';
import { type ClientRig, clientRig } from '../../support/reply/client-rig.js';
import { codedSound, decodedMs, MS_PER_CHARACTER } from '../../support/reply/coded-engine.js';

const ONE = 'Hello there. ';
const TWO = 'How are you today?';
const LONG = 'Nobody knows everything, and that is well. ';
/** What the engine says of them: spaces around a piece are not spoken. */
const msOf = (...texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + text.trim().length * MS_PER_CHARACTER, 0);
const samplesOf = (pcm: Uint8Array): Int16Array => new Int16Array(pcm.slice().buffer);

describe('A voice that a client plays', () => {
  let rig: ClientRig;
  afterEach(() => rig.close());

  it('gives the sound in order, and tells each piece once it was given whole, those without words too', async () => {
    rig = await clientRig();
    const { reply, say } = rig.open();
    say('', ONE, '', TWO, '', '');
    reply.end();
    await rig.until(reply.ended);
    const { player } = rig;
    const endMs = msOf(ONE, TWO);
    expect(
      player.of('piece').map(({ index, text, startMs, endMs: until }) => [index, text, startMs, until]),
    ).toEqual([
      [0, '', 0, 0],
      [1, ONE, 0, msOf(ONE)],
      [2, '', msOf(ONE), msOf(ONE)],
      [3, TWO, msOf(ONE), endMs],
      [4, '', endMs, endMs],
      [5, '', endMs, endMs],
    ]);
    const sound = player.of('piece').flatMap(({ pcm }) => [...samplesOf(pcm)]);
    expect(decodedMs(sound)).toEqual(Array.from({ length: endMs }, (_, ms) => ms));
    expect(decodedMs(player.heard())).toEqual(decodedMs(sound));
    expect(player.calls[0]).toMatchObject({ call: 'begin', reply: 1, fromMs: 0 });
    expect(player.calls.at(-1)?.call).toBe('given');
    expect(player.of('piece').map(({ isBroken }) => isBroken)).toEqual(Array(6).fill(false));
  });

  it('asks the engine for its own rate, so that pieces end exactly where they are told to', async () => {
    rig = await clientRig({ settings: { sampleRateHz: 24_000 } });
    const { reply, say } = rig.open();
    say(ONE, TWO);
    reply.end();
    await rig.until(reply.ended);
    const [one, two] = rig.player.of('piece');
    expect(one?.pcm.byteLength).toBe((msOf(ONE) * 24_000 * 2) / 1000);
    expect(two?.pcm.byteLength).toBe((msOf(TWO) * 24_000 * 2) / 1000);
    expect([one?.endMs, two?.startMs]).toEqual([msOf(ONE), msOf(ONE)]);
  });

  it.each([
    ['characters', 'own'],
    ['phonemes', 'own'],
    ['nothing', 'own'],
    ['nothing', 'peer'],
  ] as const)(
    'tells a piece as soon as its engine is done with it, while the next is still being written (%s, lips %s)',
    async (tells, lips) => {
      rig = await clientRig({ tells, settings: { lips } });
      const { reply, say } = rig.open();
      say(ONE);
      await rig.clock.advanceAsync(100);
      // The engine of these tests takes 100 ms.
      const { player } = rig;
      expect(player.of('piece')).toMatchObject([{ index: 0, atMs: 100, startMs: 0, endMs: msOf(ONE) }]);
      expect(player.of('sound')[0]?.atMs).toBe(100);
      await rig.clock.advanceAsync(3000);
      say(TWO);
      await rig.clock.advanceAsync(100);
      expect(player.of('piece')[1]).toMatchObject({ index: 1, atMs: 3200, startMs: msOf(ONE) });
      reply.end();
      await rig.until(reply.ended);
    },
  );

  it('tells a piece when its sound comes slowly with the last of it', async () => {
    rig = await clientRig({ script: { speed: 1 } });
    const { reply, say } = rig.open();
    say(ONE);
    await rig.clock.advanceAsync(100 + msOf(ONE) - 1);
    expect(rig.player.of('piece')).toHaveLength(0);
    await rig.clock.advanceAsync(1);
    expect(rig.player.of('piece')).toHaveLength(1);
    reply.end();
    await rig.until(reply.ended);
  });

  it('gives phonemes on the timeline of the reply, again what a pause made void', async () => {
    rig = await clientRig({ tells: 'phonemes' });
    const { reply, say } = rig.open();
    say(ONE, TWO);
    reply.end();
    await rig.clock.advanceAsync(800);
    reply.pause();
    await rig.clock.advanceAsync(100);
    const before = rig.player.of('lips').flatMap(({ phonemes }) => phonemes);
    expect(before[0]).toMatchObject({ startMs: 0 });
    expect(before.at(-1)?.endMs).toBe(msOf(ONE, TWO));
    reply.resume();
    await rig.clock.advanceAsync(10);
    const { fromMs } = rig.player.of('begin')[1] ?? { fromMs: Number.NaN };
    const again = rig.player
      .of('lips')
      .flatMap(({ phonemes }) => phonemes)
      .slice(before.length);
    expect(fromMs).toBeGreaterThan(200);
    expect(again[0]?.startMs).toBeCloseTo(fromMs, 6);
    expect(again.at(-1)?.endMs).toBeCloseTo(msOf(ONE, TWO), 6);
    await rig.until(reply.ended);
  });

  it('gives sound only so far ahead of what is heard', async () => {
    rig = await clientRig({ settings: { aheadMs: 1500 } });
    const { reply, say } = rig.open();
    say(LONG, LONG, LONG);
    reply.end();
    const end = await rig.until(reply.ended);
    expect(end.heard.heardMs).toBeCloseTo(msOf(LONG) * 3, 6);
    for (const { atMs, fromMs, ms } of rig.player.of('sound'))
      expect(fromMs + ms - Math.max(0, atMs - 140)).toBeLessThanOrEqual(1500 + 40.001);
    // And no less: the client never runs dry.
    expect(rig.player.silentSinceMs()).toBeCloseTo(140 + msOf(LONG) * 3, 3);
  });

  it('gives everything at once where it may', async () => {
    rig = await clientRig();
    const { reply, say } = rig.open();
    say(LONG, LONG);
    reply.end();
    await rig.clock.advanceAsync(400);
    expect(rig.player.of('given')).toHaveLength(1);
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'completed', heard: { pieces: 2, text: LONG + LONG } });
    expect(rig.clock.nowMs()).toBeGreaterThanOrEqual(140 + msOf(LONG) * 2);
    expect(rig.clock.nowMs()).toBeLessThan(140 + msOf(LONG) * 2 + 40);
  });

  it('stands still where the next piece is late', async () => {
    rig = await clientRig();
    const { reply, say, heard } = rig.open();
    say(ONE);
    await rig.clock.advanceAsync(4000);
    expect(reply.heard().heardMs).toBe(msOf(ONE));
    say(TWO);
    reply.end();
    await rig.clock.advanceAsync(100 + 40 + 300);
    expect(reply.heard().heardMs).toBeCloseTo(msOf(ONE) + 300, 3);
    await rig.until(reply.ended);
    for (const [n, { heardMs }] of heard.entries())
      expect(heardMs).toBeGreaterThanOrEqual(heard[n - 1]?.heardMs ?? 0);
  });

  it('goes on behind a pause with the word that was cut off, and tells again which pieces that makes whole', async () => {
    rig = await clientRig({ tells: 'words' });
    const { reply, say } = rig.open();
    say(ONE, TWO, LONG);
    reply.end();
    // In "are".
    await rig.clock.advanceAsync(140 + msOf(ONE) + msOf('How a'));
    const { player } = rig;
    const told = player.of('piece').length;
    expect(told).toBe(3);
    reply.pause();
    expect(player.calls.at(-1)?.call).toBe('cut');
    const calls = player.calls.length;
    await rig.clock.advanceAsync(5000);
    expect(player.calls).toHaveLength(calls);
    expect(reply.heard().heardMs).toBeCloseTo(msOf(ONE) + msOf('How a'), 3);
    reply.resume();
    await rig.until(reply.ended);
    const fromMs = msOf(ONE) + 4 * MS_PER_CHARACTER;
    expect(player.of('begin').map(({ reply: n, fromMs: ms }) => [n, ms])).toEqual([
      [1, 0],
      [1, fromMs],
    ]);
    expect(player.of('piece')).toHaveLength(3);
    const again = player.of('pieceAgain');
    expect(again.map(({ index, text, startMs, endMs }) => [index, text, startMs, endMs])).toEqual([
      [1, TWO, fromMs, msOf(ONE, TWO)],
      [2, LONG, msOf(ONE, TWO), msOf(ONE, TWO, LONG)],
    ]);
    const first = decodedMs(samplesOf(again[0]?.pcm ?? new Uint8Array(0)));
    expect([first[0], first.at(-1)]).toEqual([fromMs, msOf(ONE, TWO) - 1]);
    const heard = decodedMs(player.heard());
    // Faded in: the first milliseconds cannot be read.
    const breaks = heard.flatMap((ms, n) =>
      n > 0 && ms !== (heard[n - 1] ?? 0) + 1 ? [[heard[n - 1], ms]] : [],
    );
    expect(breaks).toHaveLength(1);
    expect(breaks[0]?.[1]).toBeGreaterThanOrEqual(fromMs);
    expect(breaks[0]?.[1]).toBeLessThan(fromMs + 10);
    expect(heard.at(-1)).toBe(msOf(ONE, TWO, LONG) - 1);
  });

  it('tells all of a reply that was paused before anything of it was heard', async () => {
    rig = await clientRig();
    const { reply, say, told } = rig.open();
    say(ONE);
    reply.end();
    await rig.clock.advanceAsync(120);
    expect(rig.player.of('sound').length).toBeGreaterThan(0);
    reply.pause();
    await rig.clock.advanceAsync(1000);
    reply.resume();
    await rig.until(reply.ended);
    expect(rig.player.of('begin').map(({ fromMs }) => fromMs)).toEqual([0, 0]);
    expect(told).toEqual(['sent', 'paused', 'resumed', 'started own', '+0', '-0']);
  });

  it('tells a piece that became whole in a pause behind it, once', async () => {
    rig = await clientRig({ script: { speed: 1 } });
    const { reply, say } = rig.open();
    say(ONE);
    await rig.clock.advanceAsync(500);
    reply.pause();
    await rig.clock.advanceAsync(3000);
    expect(rig.player.of('piece')).toHaveLength(0);
    reply.resume();
    reply.end();
    await rig.until(reply.ended);
    expect(rig.player.of('piece')).toMatchObject([{ index: 0, startMs: 0, endMs: msOf(ONE) }]);
    expect(rig.player.of('pieceAgain')).toHaveLength(0);
  });

  it('is cut in the call that cancels it, and nothing comes afterwards, at whatever moment', async () => {
    for (let ms = 0; ms < 2500; ms += 157) {
      rig = await clientRig({ script: { speed: 2 }, tells: 'nothing' });
      const { reply, say } = rig.open();
      say(ONE, TWO);
      await rig.clock.advanceAsync(ms);
      const { player } = rig;
      const wasSent = player.calls.length > 0;
      const ended = reply.cancel();
      const calls = player.calls.length;
      expect(player.of('cut').length).toBe(wasSent ? 1 : 0);
      const { heard } = await rig.until(ended, 5);
      const fromMs = (player.of('sound')[0]?.atMs ?? 0) + player.latencyMs;
      const playedMs = Math.max(0, player.silentSinceMs() - fromMs) || 0;
      expect(heard.heardMs).toBeCloseTo(playedMs, 3);
      await rig.clock.advanceAsync(5000);
      expect(player.calls).toHaveLength(calls);
      await rig.close();
    }
  });

  it('does not count what was cancelled before it had sound as heard', async () => {
    rig = await clientRig({ script: { latencyMs: 600 } });
    const { reply, say } = rig.open();
    say(ONE);
    await rig.clock.advanceAsync(3000);
    say(TWO, LONG);
    await rig.clock.advanceAsync(300);
    expect(reply.heard()).toMatchObject({ pieces: 1, text: ONE });
    const end = await rig.until(reply.cancel());
    await rig.clock.advanceAsync(1000);
    expect(end.heard).toMatchObject({ pieces: 1, text: ONE });
    expect(reply.heard()).toMatchObject({ pieces: 1, text: ONE });
    expect(rig.player.of('piece')).toHaveLength(1);
  });

  it('is not cut twice, nor behind its end', async () => {
    rig = await clientRig();
    const { reply, say } = rig.open();
    say(ONE);
    await rig.clock.advanceAsync(400);
    reply.pause();
    await rig.clock.advanceAsync(100);
    await rig.until(reply.cancel());
    expect(rig.player.of('cut')).toHaveLength(1);
    const next = rig.open();
    next.say(TWO);
    next.reply.end();
    await rig.until(next.reply.ended);
    await next.reply.cancel();
    expect(rig.player.of('cut')).toHaveLength(1);
    expect(rig.player.of('begin').map(({ reply: n }) => n)).toEqual([1, 2]);
  });

  it('tells what there is of a piece inside which the engine breaks off, as broken, and nothing of those behind it', async () => {
    const error = new ProviderError('BRIDGE_ERR_SPEECH_FAILED', 'gone', { provider: 'first' });
    const fault = (text: string) => (text === TWO ? { atMs: 300, step: error } : undefined);
    rig = await clientRig({ script: { fault } });
    const { reply, say } = rig.open();
    say(ONE, TWO, LONG);
    reply.end();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_SPEECH_FAILED' } });
    expect(end.heard.heardMs).toBeCloseTo(msOf(ONE) + 300, 6);
    const { player } = rig;
    expect(
      player.of('piece').map(({ index, startMs, endMs, isBroken }) => [index, startMs, endMs, isBroken]),
    ).toEqual([
      [0, 0, msOf(ONE), false],
      [1, msOf(ONE), msOf(ONE) + 300, true],
    ]);
    expect(player.calls.at(-1)?.call).toBe('given');
    expect(player.of('cut')).toEqual([]);
  });

  it('tells nothing of a piece whose engine fails before its first sound', async () => {
    const error = new ProviderError('BRIDGE_ERR_SPEECH_FAILED', 'gone', { provider: 'first' });
    rig = await clientRig({
      script: { fault: (text) => (text === TWO ? { atMs: 0, step: error } : undefined) },
    });
    const { reply, say } = rig.open();
    say(ONE, TWO);
    reply.end();
    expect((await rig.until(reply.ended)).reason).toBe('failed');
    expect(rig.player.of('piece').map(({ index }) => index)).toEqual([0]);
  });

  it('lets no sound wait for lips that nobody wants', async () => {
    const script = { speed: 1 };
    const firstAtMs = async (lips: 'own' | 'peer') => {
      rig = await clientRig({ tells: 'nothing', script, settings: { lips } });
      const { reply, say, told } = rig.open();
      say(ONE);
      reply.end();
      await rig.until(reply.ended);
      expect(told).toContain(`started ${lips}`);
      expect(rig.player.of('lips').length > 0).toBe(lips === 'own');
      await rig.close();
      return rig.player.of('sound')[0]?.atMs ?? Number.NaN;
    };
    expect(await firstAtMs('peer')).toBe(100);
    const ownMs = await firstAtMs('own');
    expect(ownMs).toBeGreaterThan(100);
    expect(ownMs).toBeLessThanOrEqual(250);
  });

  it('begins and gives also what has no sound', async () => {
    rig = await clientRig();
    const { reply, say } = rig.open();
    say('');
    reply.end();
    await rig.until(reply.ended);
    expect(rig.player.calls.map(({ call }) => call)).toEqual(['begin', 'piece', 'given']);
  });

  it('has nothing waiting while no reply is open, and lets nothing of a held one out', async () => {
    rig = await clientRig();
    await rig.clock.advanceAsync(1000);
    expect(rig.clock.pendingCount).toBe(0);
    const early = rig.open().reply;
    await rig.clock.advanceAsync(1000);
    expect(rig.clock.pendingCount).toBe(0);
    await rig.until(early.cancel());
    const { reply, say } = rig.open({ isHeld: true });
    say(ONE);
    reply.end();
    await rig.clock.advanceAsync(3000);
    expect(rig.player.calls).toEqual([]);
    expect(rig.clock.pendingCount).toBe(0);
    const released = rig.clock.nowMs();
    reply.release();
    await rig.clock.advanceAsync(0);
    expect(rig.player.of('sound')[0]?.atMs).toBe(released);
    expect(rig.player.of('piece')).toHaveLength(1);
    await rig.until(reply.ended);
    expect(rig.clock.pendingCount).toBe(0);
  });
});

describe('Sound of others that a client plays', () => {
  let rig: ClientRig;
  afterEach(() => rig.close());

  /** At 16 kHz, twice as fast as it is heard; ends so. */
  const given = (ms: number, end: () => void = () => {}): GivenSound => ({
    sound: (async function* () {
      for (let at = 0; at < ms; at += 100) {
        await sleep(rig.clock, 50);
        yield { pcm: codedSound(at, 100), sampleRateHz: 16_000 };
      }
      end();
    })(),
    transcript: (async function* () {
      yield ONE;
      await sleep(rig.clock, 100);
      yield TWO;
    })(),
  });

  it('is one piece, with all its sound and its transcript, however long it is', async () => {
    rig = await clientRig({ settings: { aheadMs: 2000 } });
    const reply = rig.voice.openSound(given(40_000));
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'completed', heard: { pieces: 1, text: ONE + TWO, by: 'whole' } });
    const [piece, ...more] = rig.player.of('piece');
    expect(more).toEqual([]);
    expect(piece).toMatchObject({ index: 0, text: ONE + TWO, startMs: 0, endMs: 40_000, isBroken: false });
    expect(decodedMs(samplesOf(piece?.pcm ?? new Uint8Array(0)))).toHaveLength(40_000);
  });

  it('is one whole piece at another rate too', async () => {
    rig = await clientRig({ settings: { sampleRateHz: 22_050 } });
    const reply = rig.voice.openSound(given(1100));
    expect((await rig.until(reply.ended)).reason).toBe('completed');
    const [piece] = rig.player.of('piece');
    expect(piece?.isBroken).toBe(false);
    expect(Math.abs((piece?.endMs ?? 0) - 1100)).toBeLessThan(1);
  });

  it('goes on behind a pause, and is told as broken where its model breaks off', async () => {
    rig = await clientRig();
    const reply = rig.voice.openSound(
      given(2000, () => {
        throw new Error('the connection is gone');
      }),
    );
    await rig.clock.advanceAsync(900);
    reply.pause();
    await rig.clock.advanceAsync(1000);
    reply.resume();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'failed', heard: { heardMs: 2000 } });
    expect(rig.player.of('begin')).toHaveLength(2);
    expect(rig.player.of('piece')).toMatchObject([{ index: 0, startMs: 0, endMs: 2000, isBroken: true }]);
  });
});

describe('What is heard at a client', () => {
  let rig: ClientRig;
  afterEach(() => rig.close());

  it('is what it tells, where it plays later than was thought', async () => {
    rig = await clientRig({ latencyMs: 400 });
    rig.player.says = () => rig.player.truth();
    const { reply, say, times } = rig.open();
    say(LONG);
    reply.end();
    await rig.clock.advanceAsync(1500);
    expect(reply.heard().heardMs).toBeCloseTo(1000, 3);
    const end = await rig.until(reply.ended);
    expect(end.heard.text).toBe(LONG);
    expect(rig.clock.nowMs()).toBeGreaterThanOrEqual(100 + 400 + msOf(LONG));
    expect(rig.clock.nowMs()).toBeLessThan(100 + 400 + msOf(LONG) + 120);
    expect(times['-0']).toBeGreaterThan(100 + 400 + msOf(LONG) - 50);
  });

  it('is cut exactly where the client says it was', async () => {
    rig = await clientRig({ latencyMs: 250 });
    rig.player.says = () => rig.player.truth();
    const { reply, say } = rig.open();
    say(LONG);
    await rig.clock.advanceAsync(1200);
    const end = await rig.until(reply.cancel());
    expect(end.heard.heardMs).toBeCloseTo(850, 3);
    expect(end.heard.text).toBe(LONG.slice(0, 17));
  });

  it.each<[string, (nowMs: number) => ClientPosition]>([
    ['nothing but zero', (atMs) => ({ heardMs: 0, atMs })],
    ['no number', (atMs) => ({ heardMs: Number.NaN, atMs })],
    ['a place beyond the end', (atMs) => ({ heardMs: 1e9, atMs })],
    ['a time of the future', (atMs) => ({ heardMs: 10, atMs: atMs + 1e6 })],
    ['that it goes back', (atMs) => ({ heardMs: Math.max(0, 2000 - atMs), atMs })],
  ])('ends whatever a client tells: %s', async (_title, lie) => {
    rig = await clientRig();
    rig.player.says = () => lie(rig.clock.nowMs());
    const { reply, say, heard } = rig.open();
    say(LONG);
    reply.end();
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'completed', heard: { text: LONG } });
    // The sound, and the patience with a client that stands still.
    expect(rig.clock.nowMs()).toBeLessThanOrEqual(140 + msOf(LONG) + 5000 + 120);
    for (const [n, { heardMs }] of heard.entries())
      expect(heardMs).toBeGreaterThanOrEqual(heard[n - 1]?.heardMs ?? 0);
  });

  const step = fc.record({
    ms: fc.integer({ min: 0, max: 700 }),
    act: fc.constantFrom('pause' as const, 'resume' as const, undefined, undefined),
    says: fc.oneof(
      fc.constant('nothing' as const),
      fc.constant('truth' as const),
      fc.record({
        heardMs: fc.oneof(fc.double(), fc.integer({ min: -500, max: 8000 })),
        lateMs: fc.integer(),
      }),
    ),
  });

  it('never goes back and is never more than was given, whatever a client tells and whenever it is paused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.boolean(), async (steps, isSlow) => {
        rig = await clientRig(isSlow ? { script: { speed: 1.2 } } : { latencyMs: 150 });
        const { player } = rig;
        const { reply, say, heard } = rig.open();
        say(ONE, TWO);
        reply.end();
        let [lastMs, givenMs] = [0, 0];
        const look = (): void => {
          const { heardMs } = reply.heard();
          givenMs = Math.max(givenMs, ...player.of('sound').map(({ fromMs, ms }) => fromMs + ms));
          expect(heardMs).toBeGreaterThanOrEqual(lastMs);
          expect(heardMs).toBeLessThanOrEqual(givenMs + 0.001);
          lastMs = heardMs;
        };
        for (const { ms, act, says } of steps) {
          const saidAtMs = rig.clock.nowMs();
          player.says = () => {
            if (says === 'nothing') return undefined;
            return says === 'truth'
              ? player.truth()
              : { heardMs: says.heardMs, atMs: saidAtMs - says.lateMs };
          };
          if (act !== undefined) reply[act]();
          look();
          await rig.clock.advanceAsync(ms);
          look();
        }
        reply.resume();
        const end = await rig.until(reply.ended);
        expect(end).toMatchObject({ reason: 'completed', heard: { pieces: 2, text: ONE + TWO } });
        expect(player.of('piece').map(({ index }) => index)).toEqual([0, 1]);
        // Who sends whole pieces and drops them at a cut has all of what is heard last.
        const last = player.calls.slice(player.calls.findLastIndex(({ call }) => call === 'begin'));
        let atMs = last[0]?.call === 'begin' ? last[0].fromMs : Number.NaN;
        for (const one of last) {
          if (one.call !== 'piece' && one.call !== 'pieceAgain') continue;
          expect(one.startMs).toBeLessThanOrEqual(atMs + 0.001);
          atMs = one.endMs;
        }
        if (last.some(({ call }) => call === 'given')) expect(atMs).toBeCloseTo(msOf(ONE, TWO), 3);
        const texts = heard.map(({ text }) => text.length);
        expect(texts).toEqual(texts.toSorted((a, b) => a - b));
        await rig.close();
      }),
      { numRuns: 25 },
    );
  });
});
