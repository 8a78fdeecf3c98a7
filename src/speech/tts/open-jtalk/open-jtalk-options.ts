import type { z } from 'zod';
import type { EngineRow, Zod } from '../../../vendor/index.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('open-jtalk'),
    /** The program; a bare name is looked for on PATH. */
    program: zod.string().min(1).default('open_jtalk'),
    /** Folder with sys.dic; left out: the usual places. */
    dictionary: zod.string().min(1).optional(),
    /** Voice files (.htsvoice), or folders with some; left out: the usual places. */
    voices: zod.array(zod.string().min(1)).max(100).optional(),
    /** Name of the voice that speaks when none is asked for; left out: one called normal, else the first. */
    voice: zod.string().min(1).optional(),
    /** Multiplied with the request's. */
    speed: zod.number().min(0.25).max(4).default(1),
    /** Higher or lower by so many half-tones. */
    pitch: zod.number().min(-24).max(24).default(0),
    /** How large the speaker is: frequency warping (`-a`); left out: the voice's own. */
    allPass: zod.number().min(0).max(1).optional(),
    postFilter: zod.number().min(0).max(1).optional(),
    unvoicedThreshold: zod.number().min(0).max(1).optional(),
    /** How strongly the spectrum and the melody vary (`-jm`, `-jf`). */
    spectrumVariance: zod.number().min(0).max(10).optional(),
    melodyVariance: zod.number().min(0).max(10).optional(),
    /** At 0 the usual voices clip now and then. */
    volumeDb: zod.number().min(-40).max(20).default(-3),
  });

export type OpenJtalkOptions = z.output<ReturnType<typeof schema>>;

export const OPEN_JTALK_ROW = {
  description: 'the program open_jtalk: Japanese, exact lips, no network',
  schema,
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow<typeof schema>;

/** What makes it sound as it does, as the program takes it. @param speed - the request's. */
export function manner(options: OpenJtalkOptions, speed: number): string[] {
  const rate = Math.min(4, Math.max(0.25, options.speed * speed));
  const values: readonly (readonly [flag: string, value: number | undefined])[] = [
    ['-r', rate === 1 ? undefined : rate],
    ['-fm', options.pitch === 0 ? undefined : options.pitch],
    ['-a', options.allPass],
    ['-b', options.postFilter],
    ['-u', options.unvoicedThreshold],
    ['-jm', options.spectrumVariance],
    ['-jf', options.melodyVariance],
    ['-g', options.volumeDb === 0 ? undefined : options.volumeDb],
  ];
  return values.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
}
