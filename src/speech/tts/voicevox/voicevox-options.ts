import type { z } from 'zod';
import { addressShape, type EngineRow, waitShape, type Zod } from '../../../vendor/index.js';

/** Engines with VOICEVOX's interface. */
export type VoicevoxKind = 'voicevox' | 'aivisspeech' | 'sharevox';

interface KindFacts {
  readonly baseUrl: string;
  readonly speaker: number;
  /** What a credit begins with. */
  readonly credit: string;
  readonly startHelp: string;
}

/**
 * @source VOICEVOX/voicevox_engine run.py (50021); Aivis-Project/AivisSpeech-Engine README (10101, 888753761 = まお ノーマル);
 *   SHAREVOX/sharevox_engine run.py and engine_manifest.json (50025)
 */
export const VOICEVOX_KINDS: Readonly<Record<VoicevoxKind, KindFacts>> = {
  voicevox: {
    baseUrl: 'http://127.0.0.1:50021',
    speaker: 46,
    credit: 'VOICEVOX',
    startHelp: 'start VOICEVOX or its engine',
  },
  aivisspeech: {
    baseUrl: 'http://127.0.0.1:10101',
    speaker: 888_753_761,
    credit: 'AivisSpeech',
    startHelp: 'start AivisSpeech or its engine',
  },
  sharevox: {
    baseUrl: 'http://127.0.0.1:50025',
    speaker: 0,
    credit: 'SHAREVOX',
    startHelp: 'start SHAREVOX or its engine',
  },
};

/** Its engine renders a whole sentence before the first byte, on a CPU sometimes slower than it is spoken. */
const FIRST_BYTE_MS = 60_000;

const schemaOf =
  <K extends VoicevoxKind>(kind: K) =>
  (zod: Zod) =>
    zod.strictObject({
      type: zod.literal(kind),
      baseUrl: addressShape(zod, VOICEVOX_KINDS[kind].baseUrl),
      /** A style's number, or a speaker's name, or `name/style`. */
      speaker: zod
        .union([zod.number().int().nonnegative(), zod.string().min(1)])
        .default(VOICEVOX_KINDS[kind].speaker),
      /** `kana`: texts are AquesTalk notation with accents (`コンニチワ'`), as the engine's editor shows it. */
      input: zod.enum(['text', 'kana']).default('text'),
      /** Multiplied with the request's. */
      speed: zod.number().min(0.5).max(2).default(1),
      pitchScale: zod.number().min(-0.15).max(0.15).optional(),
      intonationScale: zod.number().min(0).max(2).optional(),
      volumeScale: zod.number().min(0).max(2).optional(),
      prePhonemeLength: zod.number().min(0).max(1.5).optional(),
      postPhonemeLength: zod.number().min(0).max(1.5).optional(),
      pauseLengthScale: zod.number().min(0).max(2).optional(),
      /** The engine resamples from its own 24 000 Hz. */
      outputSamplingRate: zod
        .union([16_000, 24_000, 44_100, 48_000].map((hz) => zod.literal(hz)))
        .default(24_000),
      /** Whether an end of a question rises by itself. */
      upspeak: zod.boolean().default(true),
      ...waitShape(zod, FIRST_BYTE_MS),
    });

export const VOICEVOX_ROW = {
  description: 'VOICEVOX engine: Japanese, exact lips',
  schema: schemaOf('voicevox'),
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow;

export const AIVISSPEECH_ROW = {
  description: 'AivisSpeech engine: Japanese, phonemes without their times',
  schema: schemaOf('aivisspeech'),
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow;

export const SHAREVOX_ROW = {
  description: 'SHAREVOX engine: Japanese, exact lips where its lengths hold',
  schema: schemaOf('sharevox'),
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow;

type OptionsOf<K extends VoicevoxKind> = Omit<
  z.output<ReturnType<ReturnType<typeof schemaOf<K>>>>,
  'type'
> & {
  readonly type: K;
};
export type VoicevoxOptions = OptionsOf<'voicevox'> | OptionsOf<'aivisspeech'> | OptionsOf<'sharevox'>;
