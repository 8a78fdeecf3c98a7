import type { z } from 'zod';
import type { Zod } from '../../vendor/index.js';

export const OFFLINE_TYPE = 'offline';

/** Options of `type: offline`. */
export function offlineShape(zod: Zod) {
  return zod.strictObject({
    type: zod.literal(OFFLINE_TYPE),
    /** Milliseconds for each letter: as fast as a model behind a network writes. */
    charMs: zod.number().min(0).max(1_000).default(15),
    /** `auto`: that of the user's words. */
    language: zod.enum(['auto', 'ja', 'en']).default('auto'),
    /** Name such as Asia/Tokyo, for time and date; undefined: that of this machine. */
    timeZone: zod
      .string()
      .refine(isTimeZone, { message: 'expected the name of a time zone, such as Asia/Tokyo' })
      .optional(),
  });
}

export type OfflineOptions = z.infer<ReturnType<typeof offlineShape>>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
