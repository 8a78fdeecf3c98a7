import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbersIn, range, readAll, TrackerRig } from './tracker-rig.js';

const silence = (ms: number): string => '.'.repeat(ms / 20);
const voice = (ms: number): string => '#'.repeat(ms / 20);

describe('UtteranceTracker', () => {
  it('tells an utterance from its first frames to the pause that ends it, each in the frame that decides', () => {
    const rig = new TrackerRig().take(silence(1000) + voice(400) + silence(500));
    expect(rig.lines()).toEqual(['began 1 @1100', 'lasted 1 @1200', 'paused 1 @1520', 'ended pause 1 @1700']);
    const [utterance] = rig.ended();
    expect(utterance).toMatchObject({ startedAtMs: 1000, lastVoiceAtMs: 1400, voicedMs: 400, isEnded: true });
  });

  it.each([19.98, 20.02])('decides in the same frames when they come %s ms apart', (stepMs) => {
    const rig = new TrackerRig();
    rig.stepMs = stepMs;
    rig.take(silence(1000) + voice(400) + silence(500));
    expect(rig.lines()).toEqual(['began 1 @1100', 'lasted 1 @1200', 'paused 1 @1520', 'ended pause 1 @1700']);
  });

  it('takes 400 ms from before the voice and 200 ms from after it, every frame once', () => {
    const [utterance] = new TrackerRig().take(silence(1000) + voice(400) + silence(500)).ended();
    expect(numbersIn(utterance?.pcm() ?? new Uint8Array())).toEqual(range(31, 80));
  });

  it('gives the first voiced frame once, also when the voice begins with the first frame of all', () => {
    const [utterance] = new TrackerRig().take(voice(200) + silence(400)).ended();
    expect(numbersIn(utterance?.pcm() ?? new Uint8Array())).toEqual(range(1, 20));
  });

  it('dates the beginning back to what the judge takes for the onset, and keeps the whole pre-roll before it', () => {
    const rig = new TrackerRig();
    rig.take(silence(1000));
    rig.onsetFrames = 2;
    rig.take(voice(60));
    rig.onsetFrames = 0;
    rig.take(voice(140) + silence(400));
    expect(rig.lines().slice(0, 2)).toEqual(['began 1 @1080', 'lasted 1 @1160']);
    expect(rig.ended()[0]?.startedAtMs).toBe(960);
    expect(numbersIn(rig.ended()[0]?.pcm() ?? new Uint8Array())[0]).toBe(29);
  });

  it('begins its sound before what was held back as a possible echo, and dates the beginning by what it heard itself', () => {
    const rig = new TrackerRig();
    rig.take(silence(1000));
    rig.heldFrames = 15;
    rig.take(voice(20));
    rig.heldFrames = 0;
    rig.take(voice(180) + silence(400));
    expect(rig.lines()[0]).toBe('began 1 @1100');
    expect(rig.ended()[0]?.startedAtMs).toBe(1000);
    expect(numbersIn(rig.ended()[0]?.pcm() ?? new Uint8Array())[0]).toBe(51 - 20 - 15);
  });

  it('hears again from the beginning what was only perhaps an utterance, and gives no sound of before', () => {
    const rig = new TrackerRig().take(silence(200) + voice(60));
    rig.tracker.restart();
    rig.take(silence(100) + voice(200) + silence(400));
    expect(rig.lines()[0]).toBe('dropped tooShort 1 @260');
    expect(numbersIn(rig.ended()[0]?.pcm() ?? new Uint8Array())[0]).toBe(14);
  });

  it('drops a click without ever telling that somebody speaks', () => {
    const rig = new TrackerRig().take(silence(200) + voice(40) + silence(400));
    expect(rig.lines()).toEqual(['dropped tooShort 1 @380']);
  });

  it('takes typing for clicks, however long it goes on', () => {
    const rig = new TrackerRig().take(silence(200) + (voice(40) + silence(140)).repeat(100));
    expect(new Set(rig.told.map(({ name, how }) => `${name} ${how}`))).toEqual(new Set(['dropped tooShort']));
  });

  it('gives the sound of a click to the word that follows it', () => {
    const rig = new TrackerRig().take(silence(1000) + voice(40) + silence(200) + voice(200) + silence(400));
    const [utterance] = rig.ended();
    expect(numbersIn(utterance?.pcm() ?? new Uint8Array())).toContain(51);
  });

  it('lasts in the closure of a doubled consonant', () => {
    expect(new TrackerRig().take('...... ######.....').lines()).toEqual(['began 1 @220', 'lasted 1 @320']);
  });

  it('takes keys that are typed for no voice, however they follow one another', () => {
    const rig = new TrackerRig().take('...... kkkkk.kkkkkk..kkkkkkk....kkkkkkkkkkk .......');
    expect(rig.lines().filter((line) => !line.startsWith('dropped tooShort'))).toEqual([]);
  });

  it('hears a voice behind keys at once', () => {
    expect(new TrackerRig().take('...... kkkkkkkkkkkk ####').lines()).toEqual([
      'began 1 @420',
      'lasted 1 @420',
    ]);
  });

  it('lets keys prolong an utterance by 200 ms at most, and its pause not at all', () => {
    const rig = new TrackerRig().take(
      '...... ############ .kkkkkkkkkkkkkkkkkkkk ....kkkkkkkkkk ............',
    );
    const [paused, ended] = rig.told.filter(({ name }) => name === 'paused' || name === 'ended');
    expect(paused?.atMs).toBeLessThanOrEqual(360 + 200 + 120);
    expect((ended?.atMs ?? 0) - (ended?.utterance.lastVoiceAtMs ?? 0)).toBe(300);
  });

  it('does not count a cough of 100 ms as lasting', () => {
    const rig = new TrackerRig().take(silence(200) + voice(100) + silence(400));
    expect(rig.told.map(({ name }) => name)).toEqual(['began', 'paused', 'ended']);
  });

  it('tells lasted at 200 ms though a stop consonant lies there', () => {
    const rig = new TrackerRig().take(silence(200) + voice(140) + silence(100) + voice(200));
    expect(rig.lines()).toContain('lasted 1 @400');
  });

  it('goes on after a pause with a syllable of voice, and a click in the pause neither prolongs nor repeats it', () => {
    const rig = new TrackerRig().take(
      voice(200) + silence(200) + voice(80) + silence(160) + voice(20) + silence(200),
    );
    expect(rig.lines()).toEqual([
      'began 1 @100',
      'lasted 1 @200',
      'paused 1 @320',
      'wentOn 1 @480',
      'paused 1 @600',
      'ended pause 1 @780',
    ]);
  });

  it('waits with the end while a voice may just be beginning', () => {
    const rig = new TrackerRig().take(voice(200) + silence(260) + voice(100) + silence(400));
    expect(rig.lines().slice(2)).toEqual([
      'paused 1 @320',
      'wentOn 1 @540',
      'paused 1 @680',
      'ended pause 1 @860',
    ]);
  });

  it('holds silence back from readers until the voice goes on', async () => {
    const rig = new TrackerRig({ pauseMs: { min: 300, max: 3000, fixed: 1000 } }).take(
      voice(200) + silence(600),
    );
    const utterance = rig.tracker.current;
    expect(utterance?.pcm().byteLength).toBe(20 * 640);
    rig.take(voice(100));
    expect(utterance?.pcm().byteLength).toBe(45 * 640);
  });

  describe('requirePause', () => {
    it('shortens the pause: the end comes with the next frame when it is over already', () => {
      const rig = new TrackerRig().take(voice(200) + silence(160));
      rig.tracker.requirePause(100);
      expect(rig.take('.').lines().at(-1)).toBe('ended pause 1 @380');
    });

    it('lengthens the pause for this utterance until the voice goes on', () => {
      const rig = new TrackerRig().take(voice(200) + silence(200));
      rig.tracker.requirePause(2000);
      rig.take(silence(1000));
      expect(rig.told.at(-1)?.name).toBe('paused');
      rig.take(voice(100) + silence(300));
      expect(rig.lines().at(-1)).toBe('ended pause 1 @1800');
    });

    it('is heard within the event that tells of the pause', () => {
      const rig = new TrackerRig();
      rig.events.on('paused', () => rig.tracker.requirePause(0));
      rig.take(voice(200) + silence(120));
      expect(rig.lines().slice(-2)).toEqual(['paused 1 @320', 'ended pause 1 @320']);
    });

    it('changes nothing when nobody pauses', () => {
      const rig = new TrackerRig().take(voice(200));
      rig.tracker.requirePause(5000);
      expect(rig.take(silence(300)).lines().at(-1)).toBe('ended pause 1 @500');
    });

    it.each([
      [Number.POSITIVE_INFINITY, 10_000],
      [-5, 0],
    ])('counts %d as %d', (given, meant) => {
      const rig = new TrackerRig().take(voice(200) + silence(200));
      rig.tracker.requirePause(given);
      expect(rig.tracker.requiredPauseMs).toBe(meant);
    });
  });

  describe('the key', () => {
    it('begins at once with pre-roll and ends when it is released, pauses or not', () => {
      const rig = new TrackerRig().take(silence(1000));
      rig.tracker.pressKey();
      rig.take(voice(200) + silence(2000) + voice(100));
      rig.tracker.releaseKey();
      expect(rig.lines()).toEqual(['began 1 @1000', 'lasted 1 @1000', 'ended key 1 @3300']);
      expect(numbersIn(rig.ended()[0]?.pcm() ?? new Uint8Array())).toEqual(range(31, 165));
    });

    it('drops an utterance without any voice', () => {
      const rig = new TrackerRig().take(silence(400));
      rig.tracker.pressKey();
      rig.take(silence(200));
      rig.tracker.releaseKey();
      expect(rig.lines()).toEqual(['began 1 @400', 'lasted 1 @400', 'dropped tooShort 1 @600']);
    });

    it.each([
      ['maybe', voice(40), ['began 1 @40', 'lasted 1 @40']],
      ['speaking', voice(120), ['began 1 @100', 'lasted 1 @120']],
      [
        'pausing',
        voice(200) + silence(140),
        ['began 1 @100', 'lasted 1 @200', 'paused 1 @320', 'wentOn 1 @340'],
      ],
    ])('takes over what is %s', (status, pattern, expected) => {
      const rig = new TrackerRig().take(pattern);
      expect(rig.tracker.status).toBe(status);
      rig.tracker.pressKey();
      expect(rig.lines()).toEqual(expected);
      rig.take(silence(1000));
      rig.tracker.releaseKey();
      expect(rig.told.at(-1)).toMatchObject(
        status === 'maybe' ? { name: 'dropped' } : { name: 'ended', how: 'key' },
      );
    });

    it('pressed twice or released unpressed does nothing', () => {
      const rig = new TrackerRig().take(silence(100));
      rig.tracker.releaseKey();
      rig.tracker.pressKey();
      rig.tracker.pressKey();
      expect(rig.lines()).toEqual(['began 1 @100', 'lasted 1 @100']);
    });
  });

  describe('forget and flush in every state', () => {
    it.each([
      ['idle', silence(200), undefined, undefined],
      ['maybe', voice(40), 'dropped noise', 'dropped tooShort'],
      ['speaking', voice(200), 'dropped noise', 'ended pause'],
      ['pausing', voice(200) + silence(140), 'dropped noise', 'ended pause'],
    ])('%s', (status, pattern, forgotten, flushed) => {
      const [first, second] = [new TrackerRig().take(pattern), new TrackerRig().take(pattern)];
      expect(first.tracker.status).toBe(status);
      const before = first.told.length;
      first.tracker.forget('noise');
      second.tracker.flush();
      const last = (rig: TrackerRig): string | undefined =>
        rig.told.slice(before).map(({ name, how }) => `${name} ${how}`)[0];
      expect([last(first), last(second)]).toEqual([forgotten, flushed]);
      expect([first.tracker.status, second.tracker.status]).toEqual(['idle', 'idle']);
    });

    it('keyed: a key knows better than the ear; a flush releases it', () => {
      const rig = new TrackerRig().take(silence(100));
      rig.tracker.pressKey();
      rig.take(voice(40));
      rig.tracker.forget('echo');
      expect(rig.tracker.status).toBe('keyed');
      rig.tracker.flush();
      expect(rig.lines().at(-1)).toBe('ended key 1 @140');
    });
  });

  describe('long utterances', () => {
    const long = { maxUtteranceMs: 5000, preRollMs: 0 };

    it('are cut at a pause near the end, and go on without losing or repeating a frame', () => {
      const rig = new TrackerRig(long).take(voice(4200) + silence(240) + voice(2000) + silence(300));
      expect(rig.lines().slice(2)).toEqual([
        'paused 1 @4320',
        'wentOn 1 @4520',
        'ended cut 1 @4520',
        'began 2 @4520',
        'paused 2 @6560',
        'ended pause 2 @6740',
      ]);
      const [first, second] = rig.ended();
      const numbers = [first, second].map((utterance) => numbersIn(utterance?.pcm() ?? new Uint8Array()));
      expect(numbers.flat()).toEqual(range(1, 332));
      // Silence on both sides of the cut.
      expect(numbers[1]?.[0]).toBe(214);
      expect(second?.startedAtMs).toBe(4440);
    });

    it('without any pause are cut where they are too long', () => {
      const rig = new TrackerRig(long).take(voice(11_000) + silence(300));
      expect(rig.ended().map((utterance) => utterance.pcm().byteLength / 32)).toEqual([4980, 4980, 1240]);
    });

    it('are cut under a key too, which still ends them', () => {
      const rig = new TrackerRig(long);
      rig.tracker.pressKey();
      rig.take(voice(4000) + silence(7000));
      rig.tracker.releaseKey();
      expect(rig.told.filter(({ name }) => name === 'ended').map(({ how }) => how)).toEqual([
        'cut',
        'cut',
        'key',
      ]);
      expect(rig.ended().flatMap((utterance) => numbersIn(utterance.pcm()))).toEqual(range(1, 550));
    });
  });

  it('loses nothing, repeats nothing, and gives readers what pcm gives, for any voice and any settings', async () => {
    const piece = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 60 }));
    const key = fc.constantFrom('press', 'release', 'require', 'forget', 'none', 'none', 'none');
    const settings = fc.record({
      preRollMs: fc.integer({ min: 0, max: 1000 }),
      minVoiceMs: fc.integer({ min: 20, max: 300 }),
      likelyEndMs: fc.integer({ min: 40, max: 600 }),
      maxUtteranceMs: fc.integer({ min: 5000, max: 9000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(piece, key), { maxLength: 40 }),
        settings,
        async (pieces, chosen) => {
          const rig = new TrackerRig(chosen);
          const reads: Promise<Uint8Array>[] = [];
          rig.events.on('began', (utterance) => reads.push(readAll(utterance.stream())));
          for (const [[isVoice, frames], action] of pieces) {
            rig.take((isVoice ? '#' : '.').repeat(frames));
            if (action === 'press') rig.tracker.pressKey();
            if (action === 'release') rig.tracker.releaseKey();
            if (action === 'require') rig.tracker.requirePause(frames * 20);
            if (action === 'forget') rig.tracker.forget('echo');
          }
          rig.tracker.flush();
          checkOrder(rig);
          const heard = rig.ended().flatMap((utterance) => numbersIn(utterance.pcm()));
          // In order, each frame in one utterance at most.
          expect(heard.findIndex((number, at) => number <= (heard[at - 1] ?? 0))).toBe(-1);
          for (const utterance of rig.ended()) {
            const numbers = numbersIn(utterance.pcm());
            expect((numbers.at(-1) ?? 0) - (numbers[0] ?? 1)).toBe(numbers.length - 1);
            // No word is clipped: from its first voiced frame to its last.
            expect((numbers[0] ?? 1) * 20 - 20).toBeLessThanOrEqual(utterance.startedAtMs);
            expect((numbers.at(-1) ?? 0) * 20).toBeGreaterThanOrEqual(utterance.lastVoiceAtMs);
          }
          const began = rig.told.filter(({ name }) => name === 'began');
          for (const [at, read] of (await Promise.all(reads)).entries())
            expect(Buffer.compare(read, began[at]?.utterance.pcm() ?? new Uint8Array(1))).toBe(0);
          checkCuts(rig);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** began (lasted | paused wentOn)* (ended | dropped), one utterance after the other. */
function checkOrder(rig: TrackerRig): void {
  let current: number | undefined;
  for (const { name, utterance, how } of rig.told) {
    if (name === 'began') {
      expect(current).toBeUndefined();
      current = utterance.id;
    } else if (name === 'dropped' && current === undefined) expect(['tooShort', 'echo']).toContain(how);
    else expect(utterance.id).toBe(current);
    if (name === 'ended' || name === 'dropped') current = undefined;
  }
  expect(current).toBeUndefined();
}

/** What follows a cut begins with the very next frame. */
function checkCuts(rig: TrackerRig): void {
  for (const [at, { name, how, utterance }] of rig.told.entries()) {
    if (name !== 'ended' || how !== 'cut') continue;
    const next = rig.told[at + 1];
    expect(next?.name).toBe('began');
    expect(numbersIn(next?.utterance.pcm() ?? new Uint8Array())[0]).toBe(
      (numbersIn(utterance.pcm()).at(-1) ?? 0) + 1,
    );
  }
}
