import createFvad from '@echogarden/fvad-wasm';
import { describe, expect, it } from 'vitest';
import type { FrameDetector } from '../../../src/hearing/frame-detector.js';
import { type LoadFvad, WebrtcDetectors } from '../../../src/hearing/webrtc-detector.js';
import { DeviceError } from '../../../src/runtime/index.js';
import { noise } from '../audio/voice-signals.js';
import { mixIn, pcmOf, spoken } from './sounds.js';

const FRAMES = 250;

/** Frames of speech over noise, another for each seed. */
function framesOf(seed: number): readonly Int16Array[] {
  const sound = noise('pink', FRAMES * 320, -50, seed).slice();
  mixIn(sound, spoken(['en_slt', 'ja_mei_happy'][seed % 2] ?? 'en_slt', -24), 500 + 300 * seed);
  const samples = new Int16Array(pcmOf(sound).buffer);
  return Array.from({ length: FRAMES }, (_, at) => samples.subarray(at * 320, at * 320 + 320));
}

const answers = (detector: FrameDetector, frames: readonly Int16Array[]): boolean[] =>
  frames.map((frame) => detector.isVoice(frame));

/** What a detector with an instance of its own says. */
async function alone(frames: readonly Int16Array[]): Promise<boolean[]> {
  return answers(await new WebrtcDetectors().open(), frames);
}

/** Counts instances, and gives the last one. */
function counted(): { readonly load: LoadFvad; readonly made: FvadModule[] } {
  const made: FvadModule[] = [];
  return {
    made,
    load: async () => {
      const fvad = await createFvad();
      made.push(fvad);
      return fvad;
    },
  };
}

describe('WebrtcDetectors', () => {
  it('makes one instance for all detectors, also for those that are opened at once', async () => {
    const { load, made } = counted();
    const detectors = new WebrtcDetectors(load);
    await Promise.all([detectors.open(), detectors.open()]);
    await detectors.open();
    expect(made).toHaveLength(1);
  });

  it('lets each detector answer as if it were alone, frames of all of them in turn', async () => {
    const detectors = new WebrtcDetectors();
    const sounds = [1, 2, 3].map(framesOf);
    const opened = await Promise.all(sounds.map(() => detectors.open()));
    const heard = sounds.map((): boolean[] => []);
    for (let at = 0; at < FRAMES; at++)
      for (const [ear, frames] of sounds.entries())
        heard[ear]?.push(opened[ear]?.isVoice(frames[at] ?? new Int16Array(320)) ?? false);
    expect(heard).toEqual(await Promise.all(sounds.map(alone)));
    expect(heard.flat()).toContain(true);
    expect(heard.flat()).toContain(false);
  });

  it('goes on in the middle of a sound when the memory of the module grows', async () => {
    const { load, made } = counted();
    const frames = framesOf(4);
    const detector = await new WebrtcDetectors(load).open();
    const before = answers(detector, frames.slice(0, 100));
    const heap = made[0]?.HEAP16;
    made[0]?._malloc(32 * 2 ** 20);
    // Moved: the old view has nothing behind it any more.
    expect(heap?.byteLength).toBe(0);
    expect([...before, ...answers(detector, frames.slice(100))]).toEqual(await alone(frames));
  });

  it('gives the memory of a closed detector to the next one, and hears nothing with a closed one', async () => {
    const { load, made } = counted();
    const detectors = new WebrtcDetectors(load);
    const bytes = async (): Promise<number> => {
      for (let count = 0; count < 30_000; count++) {
        const detector = await detectors.open();
        detector.close();
        detector.close();
      }
      return made[0]?.HEAP16.byteLength ?? 0;
    };
    // 30 000 detectors of 744 bytes would not fit into the module's first 16 MB.
    const opened = await detectors.open();
    expect(await bytes()).toBe((await createFvad()).HEAP16.byteLength);
    opened.close();
    opened.reset();
    expect(answers(opened, framesOf(5))).not.toContain(true);
  });

  it('tries again after the module could not be loaded, and tells everybody who waited', async () => {
    let tries = 0;
    const detectors = new WebrtcDetectors(async () => {
      if (tries++ === 0) throw new Error('no such file');
      return createFvad();
    });
    const failed = await Promise.allSettled([detectors.open(), detectors.open()]);
    for (const result of failed) {
      expect(result.status).toBe('rejected');
      const { reason } = result as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(DeviceError);
      expect((reason as DeviceError).code).toBe('BRIDGE_ERR_VOICE_ACTIVITY');
      expect((reason as DeviceError).message).toContain('got no such file');
    }
    expect(answers(await detectors.open(), framesOf(6))).toContain(true);
    expect(tries).toBe(2);
  });

  it.each([
    ['a detector', { _fvad_new: () => 0 }, 'no memory for a detector'],
    ['a frame', { _malloc: () => 0 }, 'no memory for a frame'],
    ['its settings', { _fvad_set_mode: () => -1 }, 'its settings were refused'],
  ])('gives up an instance that has no room for %s, and frees what it had', async (_, broken, why) => {
    const freed: number[] = [];
    let tries = 0;
    const detectors = new WebrtcDetectors(async () => {
      const fvad = await createFvad();
      if (tries++ > 0) return fvad;
      return Object.assign(fvad, { _fvad_free: (state: number) => freed.push(state), ...broken });
    });
    await expect(detectors.open()).rejects.toThrow(why);
    expect(freed).toHaveLength(why.startsWith('its') ? 1 : 0);
    expect(answers(await detectors.open(), framesOf(7))).toContain(true);
  });

  it('forgets what it heard when it is reset', async () => {
    const detector = await new WebrtcDetectors().open();
    const frames = framesOf(8);
    const first = answers(detector, frames);
    const again = answers(detector, frames);
    detector.reset();
    expect(answers(detector, frames)).toEqual(first);
    expect(again).not.toEqual(first);
  });
});
