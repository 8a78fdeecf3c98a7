import type { z } from 'zod';

/** The zod namespace, handed in so that nothing imports zod before a value must be checked. */
export type Zod = typeof z;

/**
 * What decides that a frame holds a voice.
 *
 * - `webrtc`: the detector of WebRTC and the level above the room's noise, both; nothing to install.
 * - `level`: the level alone: above `thresholdDbfs`, or above the room's noise when that is not given.
 * - `silero`: a neural network, by the package `sherpa-onnx-node` and a model file that the user supplies.
 * - `off`: nothing begins by itself; only the key of push-to-talk does.
 */
export type VoiceActivity = 'webrtc' | 'level' | 'silero' | 'off';

/** `conversation.hearing` of the settings, checked, with its defaults. */
export interface HearingSettings {
  /** @default webrtc */
  readonly vad: VoiceActivity;
  /** For `level`: RMS of 20 ms that counts as voice, dBFS, -90 … 0. @default none: learned from the room */
  readonly thresholdDbfs?: number | undefined;
  /** Sound kept from before the first voiced frame, 0 … 2000 ms. @default 400 */
  readonly preRollMs: number;
  /** Less voice than this is a click or a cough, 20 … 1000 ms. @default 100 */
  readonly minVoiceMs: number;
  /** Voice that is meant to interrupt the avatar, 60 … 3000 ms. @default 200 */
  readonly interruptMs: number;
  /** Silence after which the end is likely and thinking may start, 40 … 2000 ms. @default 120 */
  readonly likelyEndMs: number;
  /** Silence that ends an utterance, 100 … 10 000 ms: learned from the speaker between `min` and `max`, or `fixed`. */
  readonly pauseMs: {
    /** @default 300 */
    readonly min: number;
    /** @default 3000 */
    readonly max: number;
    /** @default none: learned */
    readonly fixed?: number | undefined;
  };
  /** Longer ones are cut at a pause and go on as the next one, 5000 … 120 000 ms. @default 30000 */
  readonly maxUtteranceMs: number;
  /** Whether nothing is heard while the avatar sounds, and 300 ms after. @default false */
  readonly halfDuplex: boolean;
  /** Whether what the avatar plays is told from the user's voice. @default true */
  readonly echoGuard: boolean;
  /** For `silero`: path of the model, such as silero_vad.onnx. @default none */
  readonly sileroModel?: string | undefined;
}

/** Every default. */
export const DEFAULT_HEARING: HearingSettings = {
  vad: 'webrtc',
  preRollMs: 400,
  minVoiceMs: 100,
  interruptMs: 200,
  likelyEndMs: 120,
  pauseMs: { min: 300, max: 3000 },
  maxUtteranceMs: 30_000,
  halfDuplex: false,
  echoGuard: true,
};

/** Schema of `conversation.hearing`: strict, everything optional. Its output is `HearingSettings`. */
export function HEARING_SCHEMA(zod: Zod): z.ZodType<HearingSettings> {
  const ms = (min: number, max: number, byDefault: number) =>
    zod.number().min(min).max(max).default(byDefault);
  const pause = zod
    .strictObject({
      min: ms(100, 10_000, DEFAULT_HEARING.pauseMs.min),
      max: ms(100, 10_000, DEFAULT_HEARING.pauseMs.max),
      fixed: zod.number().min(100).max(10_000).optional(),
    })
    .refine(({ min, max }) => min <= max, { error: 'expected min to be no more than max', path: ['min'] });
  return zod
    .strictObject({
      vad: zod.enum(['webrtc', 'level', 'silero', 'off']).default(DEFAULT_HEARING.vad),
      thresholdDbfs: zod.number().min(-90).max(0).optional(),
      preRollMs: ms(0, 2000, DEFAULT_HEARING.preRollMs),
      minVoiceMs: ms(20, 1000, DEFAULT_HEARING.minVoiceMs),
      interruptMs: ms(60, 3000, DEFAULT_HEARING.interruptMs),
      likelyEndMs: ms(40, 2000, DEFAULT_HEARING.likelyEndMs),
      pauseMs: pause.prefault({}),
      maxUtteranceMs: ms(5000, 120_000, DEFAULT_HEARING.maxUtteranceMs),
      halfDuplex: zod.boolean().default(DEFAULT_HEARING.halfDuplex),
      echoGuard: zod.boolean().default(DEFAULT_HEARING.echoGuard),
      sileroModel: zod.string().min(1).optional(),
    })
    .refine(({ vad, sileroModel }) => vad !== 'silero' || sileroModel !== undefined, {
      error: 'expected the path of a Silero model, because vad is silero',
      path: ['sileroModel'],
    });
}
