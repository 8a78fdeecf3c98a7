import { describe, expect, it } from 'vitest';
import type { HeardUtterance } from '../../../src/hearing/heard-utterance.js';
import type { Hearing } from '../../../src/hearing/index.js';
import { type Random, seededRandom } from '../../../src/runtime/index.js';
import { noise } from '../audio/voice-signals.js';
import {
  activeDbfs,
  echoOf,
  hearAll,
  louder,
  mixIn,
  names,
  onsetMs,
  pcmOf,
  type Sound,
  seconds,
  spoken,
  telling,
} from './sounds.js';

const USER_DBFS = -24;
const SECONDS = 24;

interface Mix {
  readonly played: Sound;
  readonly heard: Sound;
  /** When the user's voice begins. */
  readonly onsetsMs: readonly number[];
}

/** The avatar speaks, with pauses; the user interrupts twice, and the avatar does not stop. */
function mix(
  random: Random,
  options: {
    readonly echoToUserDb: number;
    readonly delayMs: number;
    readonly tailMs?: number;
    readonly clipAt?: number;
    readonly gainAt?: readonly [ms: number, db: number];
    readonly users?: boolean;
  },
): Mix {
  const played = seconds(SECONDS);
  for (let atMs = 2000, turn = 0; atMs < (SECONDS - 4) * 1000; atMs += 4300 + random() * 300, turn++)
    mixIn(played, spoken(turn % 2 === 0 ? 'en_slt' : 'ja_mei_happy', -20), atMs);
  const { delayMs, tailMs = 300, clipAt } = options;
  const echo = echoOf(played, { delayMs, tailMs, random, ...(clipAt === undefined ? {} : { clipAt }) });
  const heard = louder(echo, USER_DBFS + options.echoToUserDb - activeDbfs(echo));
  const { gainAt } = options;
  if (gainAt !== undefined)
    for (let n = gainAt[0] * 16; n < heard.length; n++) heard[n] = (heard[n] ?? 0) * 10 ** (gainAt[1] / 20);
  mixIn(heard, noise('pink', SECONDS * 16_000, -58, 7), 0);
  const onsetsMs: number[] = [];
  if (options.users !== false) {
    for (const atMs of [11_000 + random() * 800, 15_500 + random() * 800]) {
      const user = spoken('en_awb', USER_DBFS).slice(0, 16 * 1600);
      mixIn(heard, user, atMs);
      onsetsMs.push(atMs + onsetMs(user));
    }
  }
  return { played, heard, onsetsMs };
}

/** The avatar speaks five times, the echo of each part comes with a delay of its own; the user interrupts twice. */
function movingMix(
  random: Random,
  parts: readonly (readonly [fromMs: number, delayMs: number])[],
  options: { readonly echoToUserDb: number; readonly users: boolean },
): Mix {
  const played = seconds(SECONDS);
  for (let turn = 0; turn < 5; turn++)
    mixIn(played, spoken(turn % 2 === 0 ? 'en_slt' : 'ja_mei_happy', -20), 2000 + turn * 4300);
  const echo = seconds(SECONDS);
  for (const [part, [fromMs, delayMs]] of parts.entries()) {
    const untilMs = parts[part + 1]?.[0] ?? SECONDS * 1000;
    mixIn(echo, echoOf(played.slice(fromMs * 16, untilMs * 16), { delayMs, tailMs: 300, random }), fromMs);
  }
  const heard = louder(echo, USER_DBFS + options.echoToUserDb - activeDbfs(echo));
  mixIn(heard, noise('pink', SECONDS * 16_000, -58, 7), 0);
  const onsetsMs: number[] = [];
  for (const atMs of options.users ? [11_500, 20_000] : []) {
    const user = spoken('en_awb', USER_DBFS).slice(0, 16 * 1600);
    const beginsMs = atMs + random() * 300;
    mixIn(heard, user, beginsMs);
    onsetsMs.push(beginsMs + onsetMs(user));
  }
  return { played, heard, onsetsMs };
}

/** Tells only when the avatar speaks. */
function tellingTimes(played: Sound): (hearing: Hearing, endMs: number) => void {
  let isSounding = false;
  return (hearing, endMs) => {
    const around = played.subarray(Math.max(0, endMs * 16 - 3200), endMs * 16 + 3200);
    const sounds = around.some((value) => Math.abs(value) > 100);
    if (sounds !== isSounding) hearing.avatarSounds(endMs - 20, sounds ? undefined : endMs);
    isSounding = sounds;
  };
}

/** A part of a voice, from its onset on. */
function cut(sound: Sound, fromMs: number, lengthMs: number): Sound {
  const first = Math.round((onsetMs(sound) + fromMs) * 16);
  return sound.slice(first, first + lengthMs * 16);
}

const LEVELS = [-20, -10, -5, 0];

describe('The echo guard', () => {
  it.each(LEVELS)('hears no voice in the echo alone, %d dB from the user', async (echoToUserDb) => {
    const random = seededRandom(31 + echoToUserDb);
    const { played, heard } = mix(random, { echoToUserDb, delayMs: 20 + random() * 280, users: false });
    const { told, hearing } = await hearAll(heard, {}, telling(played));
    expect(names(told).filter((name) => name === 'began')).toEqual([]);
    expect(hearing.meter().echoDelayMs).toBeDefined();
  });

  it('is needed for that: without it the avatar interrupts itself', async () => {
    const random = seededRandom(1);
    const { played, heard } = mix(random, { echoToUserDb: -10, delayMs: 100, users: false });
    const { told } = await hearAll(heard, { echoGuard: false }, telling(played));
    expect(names(told).filter((name) => name === 'lasted').length).toBeGreaterThan(2);
  });

  it.each(LEVELS)('lets the user interrupt over an echo of %d dB', async (echoToUserDb) => {
    const random = seededRandom(57 + echoToUserDb);
    const { played, heard, onsetsMs } = mix(random, { echoToUserDb, delayMs: 20 + random() * 280 });
    const { told } = await hearAll(heard, {}, telling(played));
    const lasted = told.filter(({ name }) => name === 'lasted');
    const isHeard = (onset: number): boolean => lasted.some(({ atMs }) => atMs > onset && atMs < onset + 800);
    // As loud as the user, the echo may cover one that is short: the bench counts how often.
    const missed = onsetsMs.filter((onset) => !isHeard(onset)).length;
    expect(missed).toBeLessThanOrEqual(echoToUserDb < 0 ? 0 : 1);
    expect(lasted.length).toBe(onsetsMs.length - missed);
  });

  it.each([20, 140, 300])('finds a delay of %d ms', async (delayMs) => {
    const { played, heard } = mix(seededRandom(3), { echoToUserDb: -5, delayMs, users: false });
    const { hearing } = await hearAll(heard, {}, telling(played));
    expect(Math.abs((hearing.meter().echoDelayMs ?? 0) - delayMs)).toBeLessThanOrEqual(20);
  });

  describe('of a player that begins each sound with another delay', () => {
    const BEGINS_MS = [0, 6000, 10_400, 14_700, 18_900];
    const begins = (random: Random) => BEGINS_MS.map((fromMs) => [fromMs, 20 + random() * 100] as const);

    it.each(LEVELS)('hears no voice in the echo alone, %d dB from the user', async (echoToUserDb) => {
      for (let seed = 1; seed <= 2; seed++) {
        const random = seededRandom(seed);
        const { played, heard } = movingMix(random, begins(random), { echoToUserDb, users: false });
        const { told } = await hearAll(heard, {}, telling(played));
        expect(names(told).filter((name) => name === 'began')).toEqual([]);
      }
    });

    it.each(LEVELS.slice(0, -1))('lets the user interrupt over an echo of %d dB', async (echoToUserDb) => {
      for (let seed = 1; seed <= 2; seed++) {
        const random = seededRandom(seed);
        const { played, heard, onsetsMs } = movingMix(random, begins(random), { echoToUserDb, users: true });
        const { told } = await hearAll(heard, {}, telling(played));
        const lasted = told.filter(({ name }) => name === 'lasted');
        const isHeard = (onset: number): boolean =>
          lasted.some(({ atMs }) => atMs > onset && atMs < onset + 800);
        expect(onsetsMs.filter((onset) => !isHeard(onset))).toEqual([]);
        expect(lasted.length).toBe(onsetsMs.length);
      }
    });

    it('does not take for one of its delays a voice that says the same behind it, louder', async () => {
      const { played, heard } = mix(seededRandom(6), { echoToUserDb: -20, delayMs: 60, users: false });
      const again = played.slice(10_600 * 16, 13_000 * 16);
      mixIn(heard, louder(again, USER_DBFS - activeDbfs(again)), 10_600 + 260);
      const delaysMs = new Set<number | undefined>();
      const tell = telling(played);
      const { told } = await hearAll(heard, {}, (hearing, endMs) => {
        tell(hearing, endMs);
        if (endMs > 10_600) delaysMs.add(hearing.meter().echoDelayMs);
      });
      expect(names(told).filter((name) => name === 'lasted')).toEqual(['lasted']);
      expect([...delaysMs].every((delayMs) => Math.abs((delayMs ?? 0) - 60) <= 20)).toBe(true);
    });

    it('and stalls in the middle of one', async () => {
      const stalls = [
        [0, 60],
        [7800, 290],
        [10_400, 60],
        [16_500, 310],
        [18_900, 60],
      ] as const;
      const { played, heard } = movingMix(seededRandom(2), stalls, { echoToUserDb: -5, users: false });
      const { told } = await hearAll(heard, {}, telling(played));
      expect(told.filter(({ name }) => name === 'lasted')).toEqual([]);
    });
  });

  it('bears a loudspeaker that clips', async () => {
    const random = seededRandom(4);
    const { played, heard } = mix(random, { echoToUserDb: -5, delayMs: 80, clipAt: 5000, users: false });
    const { told } = await hearAll(heard, {}, telling(played));
    expect(names(told).filter((name) => name === 'lasted')).toEqual([]);
  });

  it('bears a loudspeaker that is turned up by 6 dB', async () => {
    const random = seededRandom(5);
    const { played, heard } = mix(random, {
      echoToUserDb: -10,
      delayMs: 60,
      gainAt: [12_000, 6],
      users: false,
    });
    const { told } = await hearAll(heard, {}, telling(played));
    expect(names(told).filter((name) => name === 'lasted')).toEqual([]);
  });

  it.each([0, 150, 300, 450])(
    'learns nothing from a player that stalls, first after %d ms',
    async (offsetMs) => {
      const played = seconds(SECONDS);
      for (let atMs = 2000; atMs < 18_000; atMs += 4300) mixIn(played, spoken('en_slt', -20), atMs);
      const echo = louder(echoOf(played, { delayMs: 100, tailMs: 50, random: seededRandom(12) }), -12);
      // The microphone is another program's sound: digital silence while that has none.
      for (let atMs = 2100 + offsetMs; atMs < SECONDS * 1000; atMs += 600)
        echo.fill(0, atMs * 16, (atMs + 150) * 16);
      const { told, hearing } = await hearAll(echo, {}, telling(played));
      expect(names(told).filter((name) => name === 'lasted')).toEqual([]);
      expect(hearing.meter().echoLossDb).toBeLessThan(25);
    },
  );

  it('finds out soon that the echo is louder than it was, by more than a voice stands out', async () => {
    const random = seededRandom(14);
    const { played, heard } = mix(random, {
      echoToUserDb: -30,
      delayMs: 60,
      gainAt: [10_300, 30],
      users: false,
    });
    const { told } = await hearAll(heard, {}, telling(played));
    const lasted = told.filter(({ name }) => name === 'lasted');
    expect(lasted.filter(({ atMs }) => atMs > 12_000)).toEqual([]);
  });

  it('hears everything from a user with headphones, once it knows', async () => {
    const played = seconds(SECONDS);
    for (const atMs of [2000, 7000, 12_000]) mixIn(played, spoken('en_slt', -20), atMs);
    const heard = noise('pink', SECONDS * 16_000, -60).slice();
    const user = spoken('en_awb', -24);
    mixIn(heard, user, 12_500);
    const { told } = await hearAll(heard, {}, telling(played));
    const lasted = told.find(({ name }) => name === 'lasted');
    expect((lasted?.atMs ?? 0) - 12_500 - onsetMs(user)).toBeLessThanOrEqual(230);
  });

  it.each([300, 700, 1000])(
    'hears a user with headphones %d ms into the first sound of all',
    async (afterMs) => {
      const played = seconds(8);
      mixIn(played, spoken('en_slt', -20), 2000);
      mixIn(played, spoken('ja_mei_happy', -20), 4500);
      const heard = noise('pink', 8 * 16_000, -60).slice();
      const user = spoken('en_awb', -24).slice(0, 2.2 * 16_000);
      mixIn(heard, user, 2000 + afterMs);
      const { told } = await hearAll(heard, {}, telling(played));
      const lasted = told.find(({ name }) => name === 'lasted');
      expect((lasted?.atMs ?? Number.POSITIVE_INFINITY) - 2000 - afterMs - onsetMs(user)).toBeLessThanOrEqual(
        1000,
      );
    },
  );

  it('hears a user with headphones soon, whoever speaks and wherever in the first sound of all', async () => {
    const lateMs: number[] = [];
    for (const user of ['en_awb', 'ja_mei_normal', 'ja_mei_happy'])
      for (const afterMs of [450, 650, 850, 1050]) {
        const played = seconds(6);
        mixIn(played, spoken('en_slt', -20), 2000);
        const heard = noise('pink', 6 * 16_000, -60).slice();
        const voice = spoken(user, -24).slice(0, 2 * 16_000);
        mixIn(heard, voice, 2000 + afterMs);
        const { told } = await hearAll(heard, {}, telling(played));
        const lasted = told.find(({ name }) => name === 'lasted')?.atMs ?? Number.POSITIVE_INFINITY;
        lateMs.push(lasted - 2000 - afterMs - onsetMs(voice));
      }
    lateMs.sort((a, b) => a - b);
    expect(lateMs[lateMs.length >> 1]).toBeLessThanOrEqual(450);
    expect(lateMs.at(-1)).toBeLessThanOrEqual(1000);
  });

  it.each([300, 500, 700])(
    'loses nothing of a short answer to a first sound of %d ms over headphones',
    async (replyMs) => {
      const missed: string[] = [];
      for (const user of ['en_awb', 'ja_mei_normal', 'ja_mei_happy'])
        for (const gapMs of [120, 220, 320])
          for (const fromMs of [0, 500]) {
            const played = seconds(5);
            mixIn(played, cut(spoken('en_slt', -20), 0, replyMs), 1000);
            const heard = noise('pink', 5 * 16_000, -60).slice();
            const atMs = 1000 + replyMs + gapMs;
            mixIn(heard, cut(spoken(user, -24), fromMs, 450), atMs);
            const { told } = await hearAll(heard, {}, telling(played.subarray(0, 16 * (1000 + replyMs))));
            const answer = told.find(({ name }) => name === 'ended')?.utterance as HeardUtterance | undefined;
            if (answer === undefined) missed.push(`${user} from ${fromMs} ms, ${gapMs} ms after`);
            else {
              expect(answer.soundFromMs).toBeLessThanOrEqual(atMs);
              // What was held back and is heard after all is what the microphone had, from there on.
              const from = 32 * answer.soundFromMs;
              const sound = Buffer.from(answer.pcm());
              expect(sound.equals(pcmOf(heard).subarray(from, from + sound.length))).toBe(true);
            }
          }
      // A third of a second may be as like another as its echo would be.
      expect(missed.length, missed.join('; ')).toBeLessThanOrEqual(replyMs < 500 ? 1 : 0);
    },
  );

  it.each([-25, -10, 0])(
    'takes no echo of a short first sound for an answer, %d dB',
    async (echoToUserDb) => {
      for (const name of ['en_slt', 'ja_mei_happy'])
        for (const replyMs of [300, 600])
          for (const delayMs of [40, 150, 300, 450]) {
            const played = seconds(4);
            mixIn(played, cut(spoken(name, -20), 0, replyMs), 1000);
            const echo = echoOf(played, { delayMs, tailMs: 250, random: seededRandom(delayMs) });
            const heard = louder(echo, USER_DBFS + echoToUserDb - activeDbfs(echo));
            mixIn(heard, noise('pink', 4 * 16_000, -60), 0);
            const { told } = await hearAll(heard, {}, telling(played.subarray(0, 16 * (1000 + replyMs))));
            const began = told.filter(({ name }) => name === 'began');
            expect(began, `${name}, ${replyMs} ms, ${delayMs} ms later`).toEqual([]);
          }
    },
  );

  it.each([-25, -10, 0])('hears no voice in the first sound of all, its echo %d dB', async (echoToUserDb) => {
    for (let seed = 0; seed < 4; seed++) {
      const random = seededRandom(seed);
      const delayMs = 20 + random() * 280;
      const { played, heard } = mix(random, { echoToUserDb, delayMs, users: false });
      const { told } = await hearAll(heard.slice(0, 6 * 16_000), {}, telling(played));
      expect(names(told).filter((name) => name === 'lasted')).toEqual([]);
    }
  });

  it('expects nothing more of a sound that was stopped', async () => {
    const played = seconds(SECONDS);
    for (const atMs of [1000, 5000, 9000, 13_000, 17_000]) mixIn(played, spoken('en_slt', -20), atMs);
    const isStopped = played.map((value, n) => (n < 13_100 * 16 ? value : 0));
    const heard = echoOf(isStopped, { delayMs: 50, tailMs: 200, random: seededRandom(8) });
    mixIn(heard, noise('pink', SECONDS * 16_000, -58), 0);
    const user = spoken('ja_mei_normal', -34);
    mixIn(heard, user, 13_800);
    const tell = telling(played.slice(0, 13_300 * 16));
    const { told } = await hearAll(heard, {}, (hearing, endMs) => {
      if (endMs === 13_000) hearing.played({ pcm: pcmOf(played.slice(13_300 * 16)), atMs: 13_300 });
      if (endMs < 13_100) tell(hearing, endMs);
      if (endMs === 13_100) hearing.unplayed(13_100);
    });
    const lasted = told.filter(({ name }) => name === 'lasted');
    expect(lasted.filter(({ utterance }) => utterance.startedAtMs < 13_700)).toEqual([]);
    expect((lasted[0]?.atMs ?? 0) - 13_800 - onsetMs(user)).toBeLessThanOrEqual(230);
  });

  describe('that knows only when the avatar speaks', () => {
    it('hears no voice in the echo', async () => {
      const { played, heard } = mix(seededRandom(9), { echoToUserDb: -10, delayMs: 60, users: false });
      const { told } = await hearAll(heard, {}, tellingTimes(played));
      expect(names(told).filter((name) => name === 'lasted')).toEqual([]);
    });

    it('hears a user who is clearly louder', async () => {
      const { played, heard, onsetsMs } = mix(seededRandom(10), { echoToUserDb: -20, delayMs: 60 });
      const { told } = await hearAll(heard, {}, tellingTimes(played));
      expect(told.filter(({ name }) => name === 'lasted')).toHaveLength(onsetsMs.length);
    });
  });
});
