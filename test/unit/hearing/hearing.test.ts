import { describe, expect, it } from 'vitest';
import {
  createHearing,
  PROBABILITY_WINDOW_SAMPLES,
  type VoiceProbability,
} from '../../../src/hearing/index.js';
import { InvalidStateError, seededRandom } from '../../../src/runtime/index.js';
import { type NoiseColour, noise } from '../audio/voice-signals.js';
import { hearAll, louder, mixIn, names, onsetMs, pcmOf, type Sound, seconds, spoken } from './sounds.js';

const VOICES = ['en_slt', 'en_awb', 'ja_mei_normal', 'ja_mei_happy'];
const COLOURS: readonly NoiseColour[] = ['white', 'pink', 'brown', 'fan', 'hum'];

/** Three seconds of room, the voice, a second and a half of room. */
function scene(voice: Sound, background: Sound, atMs = 3000): Sound {
  const sound = background.slice(0, Math.round((atMs + 1500) * 16) + voice.length);
  mixIn(sound, voice, atMs);
  return sound;
}

describe('Hearing', () => {
  it.each(VOICES)('hears %s: begins at the onset, lasts at 200 ms, ends after the pause', async (name) => {
    const voice = spoken(name, -24);
    const { told } = await hearAll(scene(voice, noise('pink', 16_000 * 12, -55)), {
      pauseMs: { min: 300, max: 3000, fixed: 700 },
    });
    const onset = 3000 + onsetMs(voice);
    expect(names(told)[0]).toBe('began');
    expect(names(told).at(-1)).toBe('ended pause');
    expect(told.filter(({ name }) => name === 'ended')).toHaveLength(1);
    const utterance = told[0]?.utterance;
    expect(Math.abs((utterance?.startedAtMs ?? 0) - onset)).toBeLessThanOrEqual(45);
    const lasted = told.find(({ name }) => name === 'lasted');
    expect((lasted?.atMs ?? 0) - onset).toBeLessThanOrEqual(230);
    const ended = told.at(-1);
    expect(ended?.atMs).toBe((utterance?.lastVoiceAtMs ?? 0) + 700);
  });

  it('gives the sound as the microphone had it, from before the onset on, nothing twice', async () => {
    const voice = spoken('en_slt', -24);
    const sound = scene(voice, noise('white', 16_000 * 12, -60));
    const { told } = await hearAll(sound, { pauseMs: { min: 300, max: 3000, fixed: 700 } });
    const given = Buffer.from(told[0]?.utterance.pcm() ?? new Uint8Array());
    const all = Buffer.from(pcmOf(sound));
    const at = all.indexOf(given.subarray(0, 640));
    expect(all.subarray(at, at + given.length).equals(given)).toBe(true);
    expect(3000 + onsetMs(voice) - at / 32).toBeGreaterThan(350);
  });

  it.each([-50, -35, -6])('hears a speaker of %d dBFS in a quiet room', async (levelDbfs) => {
    const { told } = await hearAll(scene(spoken('en_awb', levelDbfs), noise('pink', 16_000 * 12, -72)));
    expect(names(told)).toContain('lasted');
    expect(names(told).at(-1)).toBe('ended pause');
  });

  it.each(COLOURS)('hears speech 15 dB above steady noise: %s', async (colour) => {
    const { told } = await hearAll(
      scene(spoken('ja_mei_normal', -24), noise(colour, 16_000 * 12, -39), 4000),
    );
    const lasted = told.find(({ name }) => name === 'lasted');
    expect(lasted?.atMs).toBeGreaterThan(4000);
    expect(lasted?.atMs).toBeLessThan(4700);
  });

  describe.each(COLOURS)('%s noise', (colour) => {
    it.each([-60, -40, -20])('of %d dBFS is no voice, not even at the start', async (levelDbfs) => {
      const { told } = await hearAll(noise(colour, 16_000 * 20, levelDbfs, 2));
      expect(names(told).filter((name) => name === 'began')).toEqual([]);
    });

    it('that is switched on is dropped as noise at the latest, and speech in it is heard', async () => {
      const sound = noise(colour, 16_000 * 12, -65, 3);
      mixIn(sound, noise(colour, 16_000 * 8, -40, 4), 4000);
      mixIn(sound, spoken('en_slt', -20), 8000);
      const { told } = await hearAll(sound);
      const before = names(told.filter(({ atMs }) => atMs < 8000));
      expect(before.filter((name) => name.startsWith('ended'))).toEqual([]);
      if (before.includes('began')) expect(before.at(-1)).toMatch(/^dropped/);
      expect(names(told.filter(({ atMs }) => atMs > 8000))).toContain('lasted');
    });
  });

  it('takes keys of a keyboard for clicks', async () => {
    const random = seededRandom(5);
    const sound = noise('pink', 16_000 * 20, -60, 2).slice();
    for (let atMs = 1000; atMs < 19_500; atMs += 110 + random() * 200)
      mixIn(sound, click(random, 2 + 5 * random(), 3000 + 7000 * random()), atMs);
    const { told } = await hearAll(sound);
    expect(new Set(names(told))).toEqual(new Set(['dropped tooShort']));
  });

  it.each([
    ['sharp', 7, 3000, [2, 7]],
    ['sharp', 12, 16_000, [2, 7]],
    ['long', 7, 16_000, [8, 25]],
    ['long', 10, 3000, [8, 25]],
  ] as const)(
    'hears no voice in keys that are typed fast: %s, %d a second, peaks of %d',
    async (_, rateHz, peak, decayMs) => {
      const sound = noise('pink', 16_000 * 20, -60, 2).slice();
      mixIn(sound, typing(seededRandom(6), 18, { rateHz, peak, decayMs }), 1500);
      const { told } = await hearAll(sound);
      expect(names(told).filter((name) => name === 'began')).toEqual([]);
    },
  );

  it.each([1000, 4000])('hears who speaks while keys are typed, peaks of %d', async (peak) => {
    const voice = spoken('en_slt', -24);
    const sound = scene(voice, noise('pink', 16_000 * 12, -60));
    mixIn(sound, typing(seededRandom(6), 9, { rateHz: 7, peak, decayMs: [2, 7] }), 0);
    const { told } = await hearAll(sound);
    const lasted = told.filter(({ name }) => name === 'lasted');
    expect(lasted.filter(({ atMs }) => atMs < 3000)).toEqual([]);
    expect((lasted[0]?.atMs ?? Number.POSITIVE_INFINITY) - 3000 - onsetMs(voice)).toBeLessThanOrEqual(300);
  });

  it('ends an utterance though the user types on', async () => {
    const voice = spoken('en_slt', -24);
    const sound = noise('pink', 16_000 * 12, -60).slice();
    mixIn(sound, voice, 1000);
    mixIn(
      sound,
      typing(seededRandom(6), 7, { rateHz: 9, peak: 8000, decayMs: [2, 7] }),
      1000 + voice.length / 16,
    );
    const { told } = await hearAll(sound);
    expect(names(told).filter((name) => name.startsWith('ended'))).toHaveLength(1);
    expect(told.find(({ name }) => name === 'ended')?.atMs).toBeLessThan(1000 + voice.length / 16 + 1500);
  });

  it('hears a whisper', async () => {
    const voice = spoken('ja_mei_normal', -24);
    const random = seededRandom(7);
    let level = 0;
    const breath = voice.map((value) => {
      level += 0.004 * (Math.abs(value) - level);
      return level * (random() * 2 - 1);
    });
    const { told } = await hearAll(scene(louder(breath, -6), noise('pink', 16_000 * 12, -60)));
    expect(names(told)).toContain('lasted');
    expect(names(told).at(-1)).toBe('ended pause');
  });

  it('hears nothing in digital silence, and the first word after it', async () => {
    const voice = spoken('en_slt', -30);
    const { told } = await hearAll(scene(voice, seconds(12)));
    expect(told[0]?.name).toBe('began');
    expect(told[0]?.atMs).toBeGreaterThan(3000);
    expect((told[0]?.atMs ?? 0) - 3000 - onsetMs(voice)).toBeLessThanOrEqual(130);
  });

  it('uses a fixed threshold where one is set', async () => {
    const sound = scene(spoken('en_slt', -30), seconds(12));
    const heard = async (thresholdDbfs: number): Promise<string[]> =>
      names((await hearAll(sound, { vad: 'level', thresholdDbfs })).told);
    expect(await heard(-40)).toContain('lasted');
    expect(await heard(-10)).toEqual([]);
  });

  it('asks a detector of the caller for windows of 512 samples, each sample once', async () => {
    const windows: Float32Array[] = [];
    const engine: VoiceProbability = {
      probability: (window) => windows.push(window.slice()) && 0.9,
      reset: () => {},
      close: () => windows.push(new Float32Array()),
    };
    const hearing = await createHearing({ voiceProbability: engine });
    const sound = noise('white', 16_000, -20);
    const pcm = pcmOf(sound);
    for (let at = 0; at + 640 <= pcm.byteLength; at += 640)
      hearing.hear(pcm.subarray(at, at + 640), at / 32 + 20);
    hearing.close();
    hearing.close();
    expect(windows.pop()).toHaveLength(0);
    const asked = Float32Array.from(windows.flatMap((window) => [...window]));
    expect(asked).toHaveLength(Math.floor(16_000 / PROBABILITY_WINDOW_SAMPLES) * PROBABILITY_WINDOW_SAMPLES);
    const samples = new Int16Array(pcm.slice().buffer);
    expect(asked.findIndex((value, at) => value !== (samples[at] ?? 0) / 32_768)).toBe(-1);
  });

  it('lets nothing through while it is muted, not even into the next pre-roll', async () => {
    const sound = scene(spoken('en_slt', -20), noise('white', 16_000 * 12, -60));
    mixIn(sound, spoken('en_awb', -20), 3000 + 4200);
    const { told } = await hearAll(sound, {}, (hearing, endMs) => {
      hearing.isMuted = endMs <= 3700;
    });
    expect(told[0]?.atMs).toBeGreaterThan(3700);
    const first = new Int16Array((told[0]?.utterance.pcm() ?? new Uint8Array()).slice().buffer);
    const startedAt = Math.round(((told[0]?.utterance.startedAtMs ?? 0) - 3700) * 16);
    expect(first.subarray(0, Math.max(0, 6400 - startedAt)).every((value) => value === 0)).toBe(true);
  });

  it('keyed, hears what it would not take for a voice', async () => {
    const { told, hearing } = await hearAll(noise('white', 16_000 * 2, -60), { vad: 'off' }, (ear, endMs) => {
      if (endMs === 1000) ear.isTalking = true;
    });
    expect(hearing.isTalking).toBe(true);
    hearing.isTalking = false;
    expect(names(told)).toEqual(['began', 'lasted', 'dropped tooShort']);
  });

  it('off, begins nothing by itself, and a key ends what it began', async () => {
    const sound = scene(spoken('en_slt', -24), seconds(12));
    expect((await hearAll(sound, { vad: 'off' })).told).toEqual([]);
    const { told } = await hearAll(sound, { vad: 'off' }, (ear, endMs) => {
      if (endMs === 2000) ear.isTalking = true;
      if (endMs === 5000) ear.isTalking = false;
    });
    expect(names(told)).toEqual(['began', 'lasted', 'ended key']);
    expect(told[0]?.utterance.pcm().byteLength).toBeGreaterThanOrEqual(3000 * 32);
  });

  it('half-duplex, is deaf while the avatar sounds and 300 ms after, and hears again then', async () => {
    const sound = noise('pink', 16_000 * 12, -60).slice();
    mixIn(sound, spoken('en_slt', -20), 3000);
    mixIn(sound, spoken('en_awb', -20), 8000);
    const { told } = await hearAll(sound, { halfDuplex: true, echoGuard: false }, (hearing, endMs) => {
      if (endMs === 2000) hearing.avatarSounds(2000, undefined);
      if (endMs === 7000) hearing.avatarSounds(7000, 7000);
    });
    expect(told[0]?.atMs).toBeGreaterThan(8000);
    expect(names(told)).toContain('lasted');
  });

  it('shows level, floor and pause on a meter', async () => {
    const { hearing } = await hearAll(noise('white', 16_000 * 8, -50));
    const meter = hearing.meter();
    expect(meter.levelDbfs).toBeGreaterThan(-51);
    expect(meter.levelDbfs).toBeLessThan(-48);
    expect(meter).toMatchObject({ isVoice: false, isEcho: false, echoDelayMs: undefined });
    expect(meter.requiredPauseMs).toBeCloseTo(504);
    expect(meter.floorDbfs).toBeLessThan(-50);
    expect(hearing.meter().levelDbfs).toBe(-120);
  });

  it('ends what is said when the microphone is lost or the ear is closed, and hears nothing after that', async () => {
    const voice = spoken('en_slt', -20);
    const { told, hearing } = await hearAll(voice.slice(0, 16_000));
    hearing.flush();
    expect(names(told).at(-1)).toBe('ended pause');
    const count = told.length;
    hearing.close();
    for (let frame = 0; frame < 100; frame++) hearing.hear(pcmOf(voice.slice(0, 320)), 5000 + frame * 20);
    hearing.isTalking = true;
    expect(told).toHaveLength(count);
  });

  it('joins nothing across a gap in the frames', async () => {
    const { told, hearing } = await hearAll(spoken('en_slt', -20).slice(0, 16_000));
    hearing.hear(new Uint8Array(640), 9000);
    expect(names(told).slice(-2)).toEqual(['paused', 'ended pause']);
  });

  it('refuses a frame of another length', async () => {
    const hearing = await createHearing();
    expect(() => hearing.hear(new Uint8Array(641), 20)).toThrow(InvalidStateError);
  });
});

/** Keys go down and up again, some of them bounce. */
function typing(
  random: () => number,
  lengthSeconds: number,
  keys: { readonly rateHz: number; readonly peak: number; readonly decayMs: readonly [number, number] },
): Sound {
  const { rateHz, peak, decayMs } = keys;
  const sound = seconds(lengthSeconds);
  const hit = (atMs: number, part: number): void => {
    const decay = decayMs[0] + random() * (decayMs[1] - decayMs[0]);
    mixIn(sound, click(random, decay, part * peak * (0.4 + 0.6 * random())), atMs);
  };
  for (let atMs = 0; atMs < lengthSeconds * 1000 - 300; atMs += (1000 / rateHz) * (0.5 + random())) {
    hit(atMs, 1);
    hit(atMs + 50 + 60 * random(), 0.4);
    if (random() < 0.5) hit(atMs + 8 + 15 * random(), 0.5);
  }
  return sound;
}

function click(random: () => number, decayMs: number, peak: number): Sound {
  return louder(seconds(0.15), 0).map((_, n) => (random() * 2 - 1) * peak * Math.exp(-n / (decayMs * 16)));
}
